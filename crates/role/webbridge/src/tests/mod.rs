//! A whole web bridge on free ports, met by a browser's connections and by links.

mod front;
mod relayed;
mod system;
