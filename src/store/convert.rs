//! Between the columns of a row and the types of the model. What cannot be read is [`StoreError::Corrupt`].

use super::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use vouchsafe_core::model::{Digest, UnixTime};

/// Names a column, for the error.
#[derive(Clone, Copy)]
pub(super) struct Column(pub(super) &'static str, pub(super) &'static str);

impl Column {
    pub(super) fn corrupt(self) -> StoreError {
        StoreError::Corrupt {
            table: self.0,
            column: self.1,
        }
    }

    /// Reads a JSON text.
    pub(super) fn json<T: DeserializeOwned>(self, text: &str) -> Result<T, StoreError> {
        serde_json::from_str(text).map_err(|_| self.corrupt())
    }

    /// Reads the stored name of an enum's variant.
    pub(super) fn word<T: DeserializeOwned>(self, text: &str) -> Result<T, StoreError> {
        let word = serde::de::value::StrDeserializer::<serde::de::value::Error>::new(text);
        T::deserialize(word).map_err(|_| self.corrupt())
    }

    /// Reads a digest.
    pub(super) fn digest<K>(self, bytes: &[u8]) -> Result<Digest<K>, StoreError> {
        bytes
            .try_into()
            .map(Digest::from_bytes)
            .map_err(|_| self.corrupt())
    }
}

/// JSON text of a value whose serialisation cannot fail.
pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Refused(error.to_string()))
}

/// The stored name of an enum's variant.
pub(super) fn word<T: Serialize>(value: &T) -> Result<String, StoreError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        _ => Err(StoreError::Refused("an enum that has no name".to_owned())),
    }
}

pub(super) fn instant(millis: Option<i64>) -> Option<UnixTime> {
    millis.map(UnixTime::from_millis)
}

pub(super) fn millis(instant: Option<UnixTime>) -> Option<i64> {
    instant.map(UnixTime::millis)
}
