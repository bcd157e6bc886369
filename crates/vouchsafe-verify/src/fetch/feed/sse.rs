//! Server-sent events (HTML §9.2), as far as the feed uses them: named events with data, and the time to come back.

use std::mem;
use std::time::Duration;

/// One event that was read to its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) name: String,
    pub(super) data: Vec<u8>,
}

/// A line or an event has more bytes than it may.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

/// Takes bytes as they come and gives events when they are whole.
#[derive(Debug)]
pub(super) struct EventReader {
    most: usize,
    line: Vec<u8>,
    after_return: bool,
    name: String,
    data: Vec<u8>,
    has_data: bool,
    /// How long to wait before coming back, as the issuer asked.
    pub(super) retry: Option<Duration>,
}

impl EventReader {
    /// Reads events of at most so many bytes of data.
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            line: Vec::new(),
            after_return: false,
            name: String::new(),
            data: Vec::new(),
            has_data: false,
            retry: None,
        }
    }

    /// Takes the next bytes of the stream.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Event>, TooLong> {
        let mut events = Vec::new();
        let mut rest = bytes;
        while let Some(&first) = rest.first() {
            // A line ends with LF, CR, or CR LF; the two of the last may come in different pieces.
            if mem::take(&mut self.after_return) && first == b'\n' {
                rest = rest.split_first().map_or(&[], |(_, rest)| rest);
                continue;
            }
            let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let (line, tail) = rest
                .split_at_checked(end.unwrap_or(rest.len()))
                .unwrap_or((rest, &[]));
            // The name of the field and the line's end come on top of the data.
            if self.line.len().saturating_add(line.len()) > self.most.saturating_add(16) {
                return Err(TooLong);
            }
            self.line.extend_from_slice(line);
            let Some((&terminator, tail)) = tail.split_first() else {
                break;
            };
            self.after_return = terminator == b'\r';
            rest = tail;
            let line = mem::take(&mut self.line);
            events.extend(self.end_of_line(&line)?);
        }
        Ok(events)
    }

    fn end_of_line(&mut self, line: &[u8]) -> Result<Option<Event>, TooLong> {
        if line.is_empty() {
            return Ok(self.end_of_event());
        }
        let colon = line.iter().position(|byte| *byte == b':');
        let (field, value) = line
            .split_at_checked(colon.unwrap_or(line.len()))
            .unwrap_or((line, &[]));
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"data" => {
                if self.data.len().saturating_add(value.len()) > self.most {
                    return Err(TooLong);
                }
                if mem::replace(&mut self.has_data, true) {
                    self.data.push(b'\n');
                }
                self.data.extend_from_slice(value);
            }
            b"event" => self.name = String::from_utf8_lossy(value).into_owned(),
            b"retry" => {
                let digits = std::str::from_utf8(value).ok();
                let millis = digits.and_then(|digits| digits.parse().ok());
                self.retry = millis.map(Duration::from_millis).or(self.retry);
            }
            // Comments, ids (the pages have their own numbers), and what is not understood.
            _ => {}
        }
        Ok(None)
    }

    fn end_of_event(&mut self) -> Option<Event> {
        let name = mem::take(&mut self.name);
        let data = mem::take(&mut self.data);
        mem::take(&mut self.has_data).then_some(Event { name, data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str, data: &str) -> Event {
        Event {
            name: name.to_owned(),
            data: data.as_bytes().to_vec(),
        }
    }

    #[test]
    fn events_come_whole_however_the_bytes_are_cut() {
        let text = ": hello\nevent: page\nid: 7\nretry: 250\ndata: {\"a\":\ndata:1}\n\r\nevent:x\rdata\r\rdata: y\r\n\r\n";
        let expected = [event("page", "{\"a\":\n1}"), event("x", ""), event("", "y")];
        for size in 1..=text.len() {
            let mut reader = EventReader::new(100);
            let mut events = Vec::new();
            for piece in text.as_bytes().chunks(size) {
                events.extend(reader.push(piece).unwrap());
            }
            assert_eq!(events, expected, "pieces of {size}");
            assert_eq!(reader.retry, Some(Duration::from_millis(250)));
        }
    }

    #[test]
    fn an_event_without_data_is_none_and_an_unfinished_one_neither() {
        let mut reader = EventReader::new(100);
        assert_eq!(reader.push(b"event: page\n\ndata: half"), Ok(Vec::new()));
        assert_eq!(reader.push(b"\n\n"), Ok(vec![event("", "half")]));
    }

    #[test]
    fn what_is_too_long_is_an_end() {
        let mut reader = EventReader::new(10);
        assert_eq!(reader.push(&[b'a'; 27]), Err(TooLong));
        let mut reader = EventReader::new(10);
        assert_eq!(reader.push(b"data: 123456\ndata: 78901"), Ok(Vec::new()));
        assert_eq!(reader.push(b"\n"), Err(TooLong));
        let mut reader = EventReader::new(10);
        for _ in 0..5 {
            assert_eq!(reader.push(&[b':'; 5]), Ok(Vec::new()));
        }
        assert_eq!(reader.push(b"::"), Err(TooLong));
    }
}
