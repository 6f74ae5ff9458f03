//! The machine's network devices, as the kernel shows them.

use std::{
    collections::BTreeMap,
    fs,
    net::{IpAddr, Ipv4Addr},
};

use nix::ifaddrs::getifaddrs;

/// A network device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Device {
    /// Its name, such as `eth0`.
    pub name: String,
    /// Its addresses with their prefix lengths.
    pub addresses: Vec<(IpAddr, u32)>,
    /// Its hardware address.
    pub mac: Option<String>,
    /// The largest packet.
    pub mtu: Option<String>,
}

impl Device {
    /// Whether it has this address; a device of loopback addresses has all of 127.0.0.0/8.
    pub fn has(&self, address: IpAddr) -> bool {
        self.addresses.iter().any(|(own, _)| *own == address || (own.is_loopback() && address.is_loopback()))
    }
}

/// All devices with their addresses.
pub fn devices() -> Vec<Device> {
    let mut devices: BTreeMap<String, Device> = BTreeMap::new();
    for found in getifaddrs().into_iter().flatten() {
        let device = devices.entry(found.interface_name.clone()).or_insert_with(|| Device {
            mac: read(&found.interface_name, "address").filter(|mac| mac != "00:00:00:00:00:00"),
            mtu: read(&found.interface_name, "mtu"),
            name: found.interface_name.clone(),
            addresses: Vec::new(),
        });
        let Some(address) = found.address else { continue };
        if let Some(v4) = address.as_sockaddr_in() {
            let mask = found.netmask.and_then(|mask| mask.as_sockaddr_in().map(|mask| u32::from(mask.ip())));
            device.addresses.push((v4.ip().into(), mask.unwrap_or(u32::MAX).count_ones()));
        } else if let Some(v6) = address.as_sockaddr_in6() {
            let mask =
                found.netmask.and_then(|mask| mask.as_sockaddr_in6().map(|mask| u128::from(mask.ip())));
            device.addresses.push((v6.ip().into(), mask.unwrap_or(u128::MAX).count_ones()));
        }
    }
    devices.into_values().collect()
}

fn read(device: &str, what: &str) -> Option<String> {
    fs::read_to_string(format!("/sys/class/net/{device}/{what}")).ok().map(|text| text.trim().to_owned())
}

/// An IPv4 route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Where to: an address with its prefix length.
    pub destination: (Ipv4Addr, u32),
    /// By whom; nobody when the destination is on the link itself.
    pub gateway: Option<Ipv4Addr>,
}

impl Route {
    /// Whether it leads everywhere.
    pub fn is_default(&self) -> bool {
        self.destination.1 == 0
    }
}

/// The IPv4 routes of a device.
pub fn routes(device: &str) -> Vec<Route> {
    let table = fs::read_to_string("/proc/self/net/route").unwrap_or_default();
    table.lines().skip(1).filter_map(|line| route(line, device)).collect()
}

/// One line of the kernel's table: device, destination, gateway, five numbers, mask, in hexadecimal of the machine's byte order.
fn route(line: &str, device: &str) -> Option<Route> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    if *fields.first()? != device {
        return None;
    }
    let address = |text: &str| {
        let number = u32::from_str_radix(text, 16).ok()?;
        Some(Ipv4Addr::from(number.to_ne_bytes()))
    };
    let (to, gateway, mask) = (address(fields.get(1)?)?, address(fields.get(2)?)?, address(fields.get(7)?)?);
    let gateway = Some(gateway).filter(|gateway| !gateway.is_unspecified());
    Some(Route { destination: (to, u32::from(mask).count_ones()), gateway })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_machine_has_itself() {
        let loopback = IpAddr::from([127, 0, 0, 1]);
        let devices = devices();
        let own = devices.iter().find(|device| device.has(loopback)).unwrap();
        assert!(own.has(IpAddr::from([127, 9, 9, 9])) && !own.has(IpAddr::from([192, 0, 2, 1])));
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn a_route_is_read_from_the_kernels_table() {
        let line = "eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0";
        let found = route(line, "eth0").unwrap();
        assert!(found.is_default());
        assert_eq!(found.gateway, Some(Ipv4Addr::new(192, 168, 1, 1)));
        let line = "eth0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0";
        let link = Route { destination: (Ipv4Addr::new(192, 168, 1, 0), 24), gateway: None };
        assert_eq!(route(line, "eth0"), Some(link));
        assert_eq!(route(line, "eth1"), None);
        assert_eq!(route("broken", "broken"), None);
    }
}
