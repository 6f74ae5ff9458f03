//! `hostname`, `ipv4`, `iface`, `dns`, `ntp`, `timezone`, `date`: the machine's own are shown, and chosen among.

use std::{fs, net::IpAddr};

use convoke_runtime::settings::Wanted;
use convoke_shell::{
    rows::{self, Rows},
    words::network::Network,
};
use jiff::tz::{TimeZone, db};

use super::certs;
use crate::{
    console::Console,
    machine::{self, Device},
    mmp::Mmp,
    outcome::{Done, Failed},
};

/// Longest wait for a name server.
const LOOKUP_PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

pub(super) async fn run(mmp: &Mmp, console: &mut Console, command: Network) -> Done {
    match command {
        Network::Hostname => console.line(mmp.host.name()).await,
        Network::SetHostname(name) => return set_hostname(mmp, console, name).await,
        Network::Ipv4(interface) => return ipv4(mmp, console, &interface).await,
        Network::Ipv4Add { interface, address } => return ipv4_add(mmp, console, &interface, &address).await,
        Network::Ipv4Del(interface) => return ipv4_del(mmp, &interface),
        Network::Ifaces => return ifaces(mmp, console).await,
        Network::Iface(interface) => return iface(mmp, console, &interface).await,
        Network::Dns => return dns(console).await,
        Network::DnsLookup { kind, name } => return lookup(console, &kind, &name).await,
        Network::NotOurs(why) => return Err(Failed::line(format!("FAILURE: {why}"))),
        Network::NtpStatus => ntp(console).await,
        Network::Timezone => console.line(zone_name(&mmp.zone())).await,
        Network::TimezoneList => {
            for name in db().available() {
                console.line(name.as_str()).await;
            }
        }
        Network::SetTimezone(name) => return set_timezone(mmp, name),
        Network::Date => console.line(mmp.shown_time(mmp.clock.now())).await,
    }
    Ok(())
}

fn zone_name(zone: &TimeZone) -> String {
    zone.iana_name().unwrap_or("UTC").to_owned()
}

fn set_timezone(mmp: &Mmp, name: String) -> Done {
    if TimeZone::get(&name).is_err() {
        return Err(Failed::line(format!(
            "FAILURE: no time zone is called \"{name}\"; \"timezone list\" shows all"
        )));
    }
    mmp.settings.change(|view| {
        if !view.has("mmp") {
            return Err(Failed::line(
                "FAILURE: this server is set up by its file, which has no section [mmp]: write time_zone into one there",
            ));
        }
        view.set("mmp.time_zone", name);
        Ok(())
    })?;
    // Duty hours of the shell are those of the new zone at once.
    mmp.accounts.set_zone(mmp.zone());
    Ok(())
}

async fn set_hostname(mmp: &Mmp, console: &Console, name: String) -> Done {
    mmp.settings.change(|view| {
        view.set("node.name", name.as_str());
        match view.faults(Wanted::Nothing).iter().find(|fault| fault.starts_with("node.name")) {
            Some(_) => Err(Failed::line(format!(
                "FAILURE: \"{name}\" is not a host name: expected letters, digits, hyphens and dots, at most 63"
            ))),
            None => Ok(()),
        }
    })?;
    console.line("A reboot is required for the change to take effect").await;
    Ok(())
}

/// The address that an interface has here.
fn address_of(mmp: &Mmp, interface: &str) -> Result<IpAddr, Failed> {
    let view = mmp.settings.look()?;
    certs::known(&view, interface)?;
    let address = view.string(&format!("interfaces.{interface}"));
    Ok(address.and_then(|address| address.parse().ok()).unwrap_or(IpAddr::from([127, 0, 0, 1])))
}

async fn ipv4(mmp: &Mmp, console: &Console, interface: &str) -> Done {
    let address = address_of(mmp, interface)?;
    console.line("IPv4 configuration:").await;
    console.line(format!("  address : {address}")).await;
    let devices = machine::devices();
    let Some(device) = devices.iter().find(|device| device.has(address)) else {
        return Err(Failed::line(format!(
            "FAILURE: the machine does not have {address}; it has {}",
            listed(&devices)
        )));
    };
    let routes = machine::routes(&device.name);
    let default = routes.iter().find(|route| route.is_default());
    let own = device.addresses.iter().find(|(own, _)| *own == address).or(device.addresses.first());
    let configuration = Rows::new()
        .row("default", Some(default.is_some()))
        // Only the operating system knows.
        .row("dhcp", Some("unknown"))
        .row("enabled", Some(true))
        .row("gateway", default.and_then(|route| route.gateway))
        .row("macaddress", device.mac.as_ref())
        .row("prefixlen", own.map(|(_, prefix)| prefix));
    for line in configuration.lines() {
        console.line(format!("  {line}")).await;
    }
    console.line("IPv4 observed values:").await;
    console.line(format!("  device : {}", device.name)).await;
    console.line("Addresses:").await;
    for (own, prefix) in &device.addresses {
        console.line(format!("  {own}/{prefix}")).await;
    }
    console.line("Routes:").await;
    let routes = routes.iter().map(|route| {
        let (to, prefix) = route.destination;
        let gateway = route.gateway.map_or_else(|| "none".to_owned(), |gateway| gateway.to_string());
        // What goes by a gateway leads beyond the link.
        vec![format!("  {address}"), format!("{to}/{prefix}"), gateway, route.gateway.is_some().to_string()]
    });
    for line in rows::table(&["  source", "destination", "gateway", "global"], &routes.collect::<Vec<_>>()) {
        console.line(line).await;
    }
    Ok(())
}

fn listed(devices: &[Device]) -> String {
    let addresses = devices.iter().flat_map(|device| &device.addresses);
    let texts: Vec<String> = addresses.map(|(address, _)| address.to_string()).collect();
    texts.join(", ")
}

async fn ipv4_add(mmp: &Mmp, console: &Console, interface: &str, text: &str) -> Done {
    let good = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    if interface.len() > 16 || !interface.chars().all(good) {
        return Err(Failed::line(format!(
            "FAILURE: \"{interface}\" can't name an interface: expected such as a, b or lo"
        )));
    }
    let address: IpAddr = text.split('/').next().unwrap_or_default().parse().map_err(|_| {
        Failed::line(format!("FAILURE: \"{text}\" is not an address: expected such as 192.0.2.10/24"))
    })?;
    let devices = machine::devices();
    let has = |device: &Device| device.has(address);
    if !address.is_loopback() && !devices.iter().any(has) {
        return Err(Failed::line(format!(
            "FAILURE: the machine does not have {address}: give it that address in the operating system first, or choose among {}",
            listed(&devices)
        )));
    }
    mmp.settings.change(|view| {
        view.set(&format!("interfaces.{interface}"), address.to_string());
        Ok(())
    })?;
    console.line(format!("{interface} is {address}; services that listen on it must be started again")).await;
    Ok(())
}

fn ipv4_del(mmp: &Mmp, interface: &str) -> Done {
    mmp.settings.change(|view| {
        certs::known(view, interface)?;
        view.remove(&format!("interfaces.{interface}"));
        Ok(())
    })
}

async fn ifaces(mmp: &Mmp, console: &Console) -> Done {
    let named = mmp.settings.look()?.section("interfaces");
    for device in machine::devices() {
        let mac = device.mac.as_deref().unwrap_or("none");
        console
            .line(format!("{}: MAC {mac}, MTU {}", device.name, device.mtu.as_deref().unwrap_or("unknown")))
            .await;
        for (address, prefix) in &device.addresses {
            let name =
                named.iter().find(|(_, named)| named.parse() == Ok(*address)).map(|(name, _)| name.as_str());
            let called = name.map_or(String::new(), |name| format!(" (interface {name})"));
            console.line(format!("  {address}/{prefix}{called}")).await;
        }
    }
    Ok(())
}

async fn iface(mmp: &Mmp, console: &Console, interface: &str) -> Done {
    let address = address_of(mmp, interface)?;
    match machine::devices().iter().find(|device| device.has(address)) {
        Some(device) => {
            console.line(format!("Mac address {}", device.mac.as_deref().unwrap_or("none"))).await;
            console.line(format!("MTU {}", device.mtu.as_deref().unwrap_or("unknown"))).await;
            Ok(())
        }
        None => Err(Failed::line(format!("FAILURE: the machine does not have {address}"))),
    }
}

async fn dns(console: &Console) -> Done {
    let text = fs::read_to_string("/etc/resolv.conf")
        .map_err(|fault| Failed::line(format!("FAILURE: /etc/resolv.conf can't be read: {fault}")))?;
    for line in
        text.lines().filter(|line| !line.trim_start().starts_with(['#', ';']) && !line.trim().is_empty())
    {
        console.line(line).await;
    }
    Ok(())
}

async fn lookup(console: &Console, kind: &str, name: &str) -> Done {
    let asked = tokio::time::timeout(LOOKUP_PATIENCE, tokio::net::lookup_host((name, 0))).await;
    let found = match asked {
        Err(_) => {
            return Err(Failed::line(format!("FAILURE: no answer within {} s", LOOKUP_PATIENCE.as_secs())));
        }
        Ok(Err(fault)) => return Err(Failed::line(format!("FAILURE: {name}: {fault}"))),
        Ok(Ok(found)) => found,
    };
    let mut addresses: Vec<IpAddr> =
        found.map(|address| address.ip()).filter(|address| address.is_ipv4() == (kind == "A")).collect();
    addresses.dedup();
    if addresses.is_empty() {
        return Err(Failed::line(format!("FAILURE: {name} has no address of type {kind}")));
    }
    for address in addresses {
        console.line(format!("{name} {kind} {address}")).await;
    }
    Ok(())
}

async fn ntp(console: &Console) {
    // Touched by systemd-timesyncd at each synchronisation; others leave nothing that any program may read.
    let touched = fs::metadata("/run/systemd/timesync/synchronized").and_then(|file| file.modified());
    let at = touched.ok().and_then(|at| jiff::Timestamp::try_from(at).ok());
    console
        .line(match at {
            Some(at) => format!("The operating system last set its clock by a time server at {at}"),
            None => "The operating system does not tell whether its clock is kept right; ask it (timedatectl, chronyc tracking)".to_owned(),
        })
        .await;
}
