//! The web app's API on the wire, as relayed by the web bridge.
