//! `convoke init`: the settings file of a new server that its shell then sets up.

use std::{
    fs::File,
    io::Write as _,
    net::{IpAddr, Ipv4Addr},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use anyhow::{Context as _, ensure};
use nix::ifaddrs::getifaddrs;

/// The port of SSH where none is said.
pub const SSH_PORT: u16 = 22;
/// Longest name of a server.
const MAX_NAME: usize = 63;

/// Writes a settings file with nothing but a name, a folder, this machine's addresses and a shell; one that is there is left alone.
pub fn run(file: &Path, data_dir: &Path, ssh_port: u16) -> anyhow::Result<()> {
    let text = text(&host_name(), data_dir, &addresses(), ssh_port);
    let made = File::options().write(true).create_new(true).mode(0o640).open(file);
    let mut made = made.with_context(|| format!("{} can't be made", file.display()))?;
    made.write_all(text.as_bytes())?;
    made.sync_all()?;
    println!("{} written. Start the server:\n", file.display());
    println!("  convoke node --config {}\n", file.display());
    println!("It says the first password of its account admin; then: ssh -p {ssh_port} admin@<this machine>");
    Ok(())
}

/// A folder that is named by a relative path would mean another one from elsewhere.
pub fn absolute(data_dir: &Path) -> anyhow::Result<std::path::PathBuf> {
    ensure!(!data_dir.as_os_str().is_empty(), "--data-dir is empty");
    Ok(std::path::absolute(data_dir)?)
}

fn host_name() -> String {
    let name = nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok()).unwrap_or_default();
    let good: String =
        name.chars().filter(|c| c.is_ascii_alphanumeric() || "-.".contains(*c)).take(MAX_NAME).collect();
    if good.is_empty() { "cms1".to_owned() } else { good }
}

/// The machine's IPv4 addresses other than loopback, in the order of its devices.
fn addresses() -> Vec<Ipv4Addr> {
    let found = getifaddrs().into_iter().flatten();
    let addresses = found.filter_map(|found| Some(found.address?.as_sockaddr_in()?.ip()));
    addresses.filter(|address| !address.is_loopback() && !address.is_link_local()).collect()
}

fn text(name: &str, data_dir: &Path, addresses: &[Ipv4Addr], ssh_port: u16) -> String {
    let letters = 'a'..='d';
    let interfaces: String = letters
        .zip(addresses)
        .map(|(letter, address)| format!("{letter} = \"{}\"\n", IpAddr::from(*address)))
        .collect();
    let listen = if addresses.is_empty() { "lo" } else { "a" };
    format!(
        "# The settings of this server. The shell changes them and keeps comments; every key is explained in docs/operating/convoke.toml.\n\
         [node]\nname = \"{name}\"\ndata_dir = {:?}\n\n[interfaces]\n{interfaces}\n[mmp]\nlisten = [\"{listen}:{ssh_port}\"]\n",
        data_dir.display().to_string()
    )
}

#[cfg(test)]
mod tests {
    use convoke_runtime::{Settings, settings::Wanted};

    use super::*;

    #[test]
    fn a_new_server_has_a_name_its_addresses_and_a_shell() {
        let addresses = [Ipv4Addr::new(192, 0, 2, 10), Ipv4Addr::new(192, 0, 2, 11)];
        let settings = |addresses: &[Ipv4Addr]| {
            let text = text("cms1", Path::new("/var/lib/convoke"), addresses, 2022);
            Settings::parse_for(&text, Path::new("/etc"), Wanted::Enabled).unwrap()
        };
        let made = settings(&addresses);
        assert_eq!(made.mmp.unwrap().listen[0].address.to_string(), "192.0.2.10:2022");
        assert_eq!(made.interfaces.0["b"].to_string(), "192.0.2.11");
        assert_eq!(settings(&[]).mmp.unwrap().listen[0].address.to_string(), "127.0.0.1:2022");
    }

    #[test]
    fn a_settings_file_that_is_there_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("convoke.toml");
        run(&file, folder.path(), 2022).unwrap();
        let before = std::fs::read(&file).unwrap();
        assert!(run(&file, folder.path(), 22).unwrap_err().to_string().ends_with("can't be made"));
        assert_eq!(std::fs::read(&file).unwrap(), before);
    }
}
