//! The Web Bridge: the edge that serves the web app and relays.
