//! Form bodies and query strings, read as forms whatever the Content-Type says.

/// Largest body that is read, in bytes.
pub const MAX_BODY_BYTES: usize = 256 * 1024;
/// Parameters in one request at most.
pub const MAX_PARAMETERS: usize = 300;

/// Name and value pairs in their order; names are compared without regard to case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form(Vec<(String, String)>);

/// More than [`MAX_PARAMETERS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyParameters;

impl Form {
    /// Reads a body or a query string (`a=1&b=`).
    pub fn parse(text: &[u8]) -> Result<Self, TooManyParameters> {
        let mut pairs = Vec::new();
        for (name, value) in form_urlencoded::parse(text.trim_ascii()) {
            if pairs.len() == MAX_PARAMETERS {
                return Err(TooManyParameters);
            }
            pairs.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(pairs))
    }

    /// The last value of this name, in any case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .rev()
            .find(|(given, _)| given.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// A value as a whole number, `None` when it is absent, empty or none.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.get(name)?.trim().parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_the_last_value_counts() {
        let form = Form::parse(b"callID=1&name=a+b%20%ED%95%9C&callid=2&empty=").unwrap();
        assert_eq!(form.get("callId"), Some("2"));
        assert_eq!(form.get("name"), Some("a b 한"));
        assert_eq!(form.get("empty"), Some(""));
        assert_eq!(form.get("other"), None);
    }

    #[test]
    fn as_many_parameters_as_allowed_are_read_and_no_more() {
        let text = |n: usize| (0..n).map(|i| format!("p{i}=1")).collect::<Vec<_>>().join("&");
        assert!(Form::parse(text(MAX_PARAMETERS).as_bytes()).is_ok());
        assert_eq!(Form::parse(text(MAX_PARAMETERS + 1).as_bytes()), Err(TooManyParameters));
    }
}
