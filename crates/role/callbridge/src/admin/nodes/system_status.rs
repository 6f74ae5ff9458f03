//! `GET system/status`: what clients poll as the health check.

use convoke_callbridge_api::{
    kinds::call_bridges::CALL_BRIDGES,
    xml::{PROLOG, element},
};
use convoke_store::{DbFault, objects, objects::Query};

use super::Answer;
use crate::{objects::Refused, state::Shared};

/// The version that clients compare; they expect the modelled system's numbering.
const SOFTWARE_VERSION: &str = "3.3";

pub(super) async fn show(state: &Shared) -> Result<Answer, Refused> {
    let bridges = state.store.read(|tx| objects::list(tx, CALL_BRIDGES.plural, &Query::default()));
    let (bridges, _): (i64, _) = bridges.await.map_err(|fault: DbFault| Refused::Db(fault))?;
    let clustered = bridges > 0;
    let mut body = String::new();
    let mut add = |name: &str, text: &str| body.push_str(&element(name, text));
    add("hostId", &state.host_id.to_string());
    add("softwareVersion", SOFTWARE_VERSION);
    add("uptimeSeconds", &state.started.elapsed().as_secs().to_string());
    add("cdrTime", &state.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    add("activated", "true");
    add("clusterEnabled", if clustered { "true" } else { "false" });
    if clustered {
        add("clusterId", &state.cluster);
    }
    for figure in [
        "cdrCorrelatorIndex",
        "callLegsActive",
        "callLegsMaxActive",
        "callLegsCompleted",
        "audioBitRateOutgoing",
        "audioBitRateIncoming",
        "videoBitRateOutgoing",
        "videoBitRateIncoming",
    ] {
        // There are no calls in this version, so each of these is truly 0.
        add(figure, "0");
    }
    Ok(Answer::Xml(format!("{PROLOG}<status>{body}</status>")))
}
