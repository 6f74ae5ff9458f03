//! Setting what all services have: keys and certificates, trust bundles, listeners. The seed's console says nothing when it is done.

use convoke_shell::words::{callbridge::BundledCerts, scheduler::Certs};

use crate::{
    mmp::Mmp,
    outcome::{Done, Failed},
    settings_file::View,
};

/// Sets or clears the key and certificate of a section.
pub(super) fn set(mmp: &Mmp, section: &str, certs: Option<BundledCerts>) -> Done {
    let files = certs.map(|certs| -> Result<_, Failed> {
        let bundle = certs.bundle.map(|bundle| path(mmp, &bundle)).transpose()?;
        Ok((path(mmp, &certs.key)?, path(mmp, &certs.certificate)?, bundle))
    });
    let files = files.transpose()?;
    mmp.settings.change(|view| {
        view.remove(&format!("{section}.bundle_file"));
        match files {
            Some((key, certificate, bundle)) => {
                view.set(&format!("{section}.key_file"), key);
                view.set(&format!("{section}.cert_file"), certificate);
                if let Some(bundle) = bundle {
                    view.set(&format!("{section}.bundle_file"), bundle);
                }
            }
            None => {
                view.remove(&format!("{section}.key_file"));
                view.remove(&format!("{section}.cert_file"));
            }
        }
        Ok(())
    })
}

/// The same for a full chain in one file.
pub(super) fn set_full(mmp: &Mmp, section: &str, certs: Option<Certs>) -> Done {
    set(
        mmp,
        section,
        certs.map(|certs| BundledCerts { key: certs.key, certificate: certs.chain, bundle: None }),
    )
}

/// Sets or clears a file that a key names, such as a trust bundle.
pub(super) fn set_file(mmp: &Mmp, key: &str, name: Option<String>) -> Done {
    let file = name.map(|name| path(mmp, &name)).transpose()?;
    mmp.settings.change(|view| {
        match file {
            Some(file) => view.set(key, file),
            None => view.remove(key),
        }
        Ok(())
    })
}

/// Sets or clears a single listener.
pub(super) fn set_listener(mmp: &Mmp, key: &str, listener: Option<(String, u16)>) -> Done {
    mmp.settings.change(|view| {
        match listener {
            Some((interface, port)) => {
                known(view, &interface)?;
                view.set(key, format!("{interface}:{port}"));
            }
            None => view.remove(key),
        }
        Ok(())
    })
}

/// Sets or clears a list of listeners, written as `a:443`.
pub(super) fn set_listeners(mmp: &Mmp, key: &str, listeners: &[String]) -> Done {
    mmp.settings.change(|view| {
        listeners.iter().try_for_each(|listener| check_listener(view, listener))?;
        if listeners.is_empty() {
            view.remove(key);
        } else {
            view.set_list(key, listeners);
        }
        Ok(())
    })
}

/// An interface that was named, with a port.
pub(super) fn check_listener(view: &View, listener: &str) -> Done {
    let (interface, port) = listener.rsplit_once(':').unwrap_or((listener, ""));
    if port.parse::<u16>().is_ok_and(|port| port > 0) {
        return known(view, interface);
    }
    Err(Failed::line(format!(
        "FAILURE: \"{listener}\" is not an interface with a port: expected such as a:443"
    )))
}

/// An interface must have been named.
pub(super) fn known(view: &View, interface: &str) -> Done {
    let mut names: Vec<String> = view.section("interfaces").into_iter().map(|(name, _)| name).collect();
    if !names.iter().any(|name| name == "lo") {
        names.push("lo".to_owned());
    }
    if names.iter().any(|name| name == interface) {
        return Ok(());
    }
    Err(Failed::line(format!(
        "FAILURE: no interface is called \"{interface}\"; there are {} (\"ipv4 {interface} add <address>\" names one)",
        names.join(", ")
    )))
}

/// How a section's file is shown.
pub(super) fn shown(mmp: &Mmp, view: &View, key: &str) -> Option<String> {
    view.file(key).map(|path| mmp.files.shown(&path))
}

fn path(mmp: &Mmp, name: &str) -> Result<String, Failed> {
    Ok(mmp.files.existing(name)?.display().to_string())
}
