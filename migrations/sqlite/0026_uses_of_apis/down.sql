DELETE FROM search_terms WHERE kind = 'uses';
