//! What the API refuses with: a code in `failureDetails`, or parameters that are at fault.
//!
//! The bytes matter: clients cut the first 38 and the last 20 characters of the body to get the code, and search for
//! the literal `DoesNotExist />`.

use crate::xml::escape;

/// A parameter that is at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterFault {
    /// The parameter's name as declared.
    pub parameter: String,
    /// `invalidValue`, `missingValue` or `duplicateValue`.
    pub error: &'static str,
}

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// A code of the API, such as `coSpaceDoesNotExist`.
    Code(&'static str),
    /// Parameters at fault, all of them.
    Parameters(Vec<ParameterFault>),
}

/// A path that does not exist.
pub const UNRECOGNISED: Failure = Failure::Code("unrecognisedObject");
/// A method that the node does not have.
pub const INVALID_OPERATION: Failure = Failure::Code("invalidOperation");
/// The database is out of reach.
pub const DATABASE_NOT_READY: Failure = Failure::Code("databaseNotReady");

impl Failure {
    /// One parameter at fault.
    pub fn parameter(parameter: &str, error: &'static str) -> Self {
        Self::Parameters(vec![ParameterFault { parameter: parameter.to_owned(), error }])
    }

    /// The body, byte for byte as clients expect it.
    pub fn body(&self) -> String {
        let inner = match self {
            Self::Code(code) => format!("<{code} />"),
            Self::Parameters(faults) => faults
                .iter()
                .map(|f| {
                    format!("<parameterError parameter=\"{}\" error=\"{}\" />", escape(&f.parameter), f.error)
                })
                .collect(),
        };
        format!("<?xml version=\"1.0\"?><failureDetails>{inner}</failureDetails>")
    }

    /// 404 for paths that do not exist, 503 while the database is away, 400 for all else (unknown ids too).
    pub fn status(&self) -> u16 {
        match self {
            Self::Code("unrecognisedObject") => 404,
            Self::Code("databaseNotReady") => 503,
            _ => 400,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_stands_between_38_and_20_characters() {
        let body = Failure::Code("coSpaceDoesNotExist").body();
        assert_eq!(body, "<?xml version=\"1.0\"?><failureDetails><coSpaceDoesNotExist /></failureDetails>");
        assert_eq!(&body[38..body.len() - 20], "coSpaceDoesNotExist");
    }

    #[test]
    fn all_parameters_at_fault_are_told() {
        let fault = |name: &str| ParameterFault { parameter: name.into(), error: "invalidValue" };
        let body = Failure::Parameters(vec![fault("streamUrl"), fault("name")]).body();
        assert_eq!(
            body,
            "<?xml version=\"1.0\"?><failureDetails><parameterError parameter=\"streamUrl\" error=\"invalidValue\" />\
             <parameterError parameter=\"name\" error=\"invalidValue\" /></failureDetails>"
        );
    }
}
