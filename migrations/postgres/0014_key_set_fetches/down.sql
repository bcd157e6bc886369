DROP TABLE key_set_fetches;
