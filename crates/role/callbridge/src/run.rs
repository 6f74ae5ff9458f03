//! Start, serve, stop.

use std::sync::Arc;

use axum::Router;
use convoke_directory::Accounts;
use convoke_http::{
    BindError, Check, SecurityHeaders, TlsConfigError, Transport, bind, ops_router, refuse_other_sites,
    server_config,
};
use convoke_runtime::{Clock, Role, Settings, Shutdown, control};
use convoke_store::Store;

use crate::{
    admin, loopback, mesh, metrics,
    state::{Shared, State, StateFault},
    status,
};

/// The call bridge can't run.
#[derive(Debug, thiserror::Error)]
pub enum RunFault {
    /// The settings have no section for it.
    #[error("the settings file has no section [callbridge]")]
    NotConfigured,
    /// Its state can't be put together.
    #[error(transparent)]
    State(#[from] StateFault),
    /// The token for the scheduler can't be written.
    #[error("the loopback token can't be written: {0}")]
    Token(#[from] std::io::Error),
    /// A port can't be listened on.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The certificate can't be used.
    #[error(transparent)]
    Tls(#[from] TlsConfigError),
}

/// Runs the call bridge until the stop.
pub async fn run(
    settings: &Settings,
    store: Store,
    clock: Clock,
    shutdown: Shutdown,
) -> Result<(), RunFault> {
    let own = settings.callbridge.clone().ok_or(RunFault::NotConfigured)?;
    let https = match &own.https {
        Some(https) => {
            Some((bind(https.listen.address).await?, server_config(&https.identity, https.only_tls_1_3)?))
        }
        None => None,
    };
    let inner = bind(own.loopback.address).await?;
    let token = loopback::write_token(&settings.node.loopback_token_file())?;
    let accounts = Arc::new(Accounts::of(&settings.node.data_dir));
    accounts.set_zone(settings.zone());
    let state: Shared = Arc::new(State::new(store, clock, own, accounts, token).await?);
    match &https {
        Some((https, _)) => {
            tracing::info!(target: "CallBridge", "listening on {} and on {} for this machine", https.address(), inner.address());
        }
        None => tracing::info!(target: "CallBridge", "listening on {} for this machine", inner.address()),
    }

    let control = {
        let (state, path) = (state.clone(), settings.node.control_socket(Role::CallBridge));
        tokio::spawn(control::serve(path, shutdown.clone(), move |asked| {
            let answer = status::answer(&state, &asked);
            async move { answer }
        }))
    };
    let mesh = tokio::spawn(mesh::run(state.clone(), settings.node.name.clone(), shutdown.clone()));
    let api = state.requests.counted("https", admin::router(state.clone()));
    let api = SecurityHeaders::api().layer(refuse_other_sites(api));
    let stop = |shutdown: Shutdown| async move { shutdown.asked().await };
    let outer = {
        let stop = stop(shutdown.clone());
        async move {
            match https {
                Some((https, tls)) => https.serve(Transport::Tls(tls), api, stop).await,
                None => stop.await,
            }
        }
    };
    let store = state.store.clone();
    let inner = inner.serve(Transport::Plain, loopback_router(state), stop(shutdown));
    tokio::select! {
        _ = async { tokio::join!(outer, inner) } => {}
        () = store.watch() => {}
    }
    drop(mesh.await);
    drop(control.await);
    Ok(())
}

fn loopback_router(state: Shared) -> Router {
    let readiness = {
        let state = state.clone();
        move || vec![database_check(&state), links_check(&state)]
    };
    let figures = Arc::new(metrics::registry(&state));
    ops_router(readiness, figures).merge(state.requests.counted("loopback", loopback::router(state.clone())))
}

fn database_check(state: &State) -> Check {
    match state.store.out_of_reach() {
        None => Check::ready("database"),
        Some(fault) => Check::missing("database", fault),
    }
}

fn links_check(state: &State) -> Check {
    let links = state.links.get().map(convoke_c2w::LinkSet::status).unwrap_or_default();
    match links.iter().find(|link| !link.is_up()) {
        None => Check::ready("webBridges"),
        Some(link) => Check::missing("webBridges", format!("{}: {:?}", link.url, link.state)),
    }
}
