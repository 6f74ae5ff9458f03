//! The web app's API, as it comes through C2W.

mod people;
mod sign_in;
mod spaces;
