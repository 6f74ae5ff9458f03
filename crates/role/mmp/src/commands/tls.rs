//! `tls`: the oldest TLS that a listener speaks.

use convoke_shell::{
    rows::Rows,
    words::tls::{Listening, Tls},
};

use crate::{
    console::Console,
    mmp::Mmp,
    outcome::{Done, Failed},
};

const LISTENING: [Listening; 3] = [Listening::WebAdmin, Listening::WebBridge3, Listening::Scheduler];

pub(super) async fn run(mmp: &Mmp, console: &mut Console, command: Tls) -> Done {
    match command {
        Tls::Show => {
            let view = mmp.settings.look()?;
            let mut rows = Rows::new();
            for service in LISTENING {
                let (section, word) = of(service);
                let oldest = view.string(&format!("{section}.min_tls")).unwrap_or_else(|| "1.2".to_owned());
                rows = rows.row(&format!("{word} min-tls-version"), Some(oldest));
            }
            for line in rows.lines() {
                console.line(line).await;
            }
            Ok(())
        }
        Tls::MinVersion { service, only_1_3 } => {
            let (section, word) = of(service);
            mmp.settings.change(|view| {
                if !view.has(section) {
                    return Err(Failed::line(format!(
                        "FAILURE: {word} has no listener yet: configure it first"
                    )));
                }
                view.set(&format!("{section}.min_tls"), if only_1_3 { "1.3" } else { "1.2" });
                Ok(())
            })?;
            let restart = if service == Listening::WebAdmin { "webadmin" } else { word };
            console.line(format!("\"{restart} restart\" makes the change take effect")).await;
            Ok(())
        }
    }
}

fn of(service: Listening) -> (&'static str, &'static str) {
    match service {
        Listening::WebAdmin => ("callbridge.https", "webadmin"),
        Listening::WebBridge3 => ("webbridge.https", "webbridge3"),
        Listening::Scheduler => ("scheduler.https", "scheduler"),
    }
}
