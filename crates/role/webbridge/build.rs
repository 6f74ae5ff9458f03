//! The web app's files are embedded from web/app/dist. Where they were not built yet, a page that says so stands in.

use std::{fs, io, path::Path};

const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"en\"><title>Convoke</title><p>web app not built: run make web</p></html>\n";

fn main() -> io::Result<()> {
    let dist = Path::new("../../../web/app/dist");
    println!("cargo::rerun-if-changed={}", dist.display());
    fs::create_dir_all(dist)?;
    match fs::File::create_new(dist.join("index.html")) {
        Ok(mut file) => io::Write::write_all(&mut file, NOT_BUILT.as_bytes()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}
