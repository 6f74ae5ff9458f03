//! Which branding profile holds for a space: its own, or else that of the system.

use convoke_callbridge_api::{
    branding::Branding,
    check::Changes,
    kinds::{
        call_branding_profiles::CALL_BRANDING_PROFILES, cospaces::COSPACES, system_profiles::SYSTEM_PROFILES,
    },
};
use convoke_model::{ObjectId, Uuid};
use convoke_store::{DbFault, Tx, objects, objects::Record};

use crate::objects::{Refused, service};

/// The id of the one object that the system's profiles are; nobody else has an id like it.
pub const SYSTEM: ObjectId = ObjectId(Uuid::from_u128(1));
/// The field that names the profile.
const FIELD: &str = "callBrandingProfile";

/// The profiles of the whole system, once any was set.
pub fn system_profiles(tx: &mut Tx<'_>) -> Result<Option<Record>, DbFault> {
    objects::find(tx, SYSTEM_PROFILES.plural, SYSTEM)
}

/// Changes the profiles of the whole system: what `changes` does not name stays.
pub fn set_system_profiles(tx: &mut Tx<'_>, changes: &Changes, now_ms: i64) -> Result<(), Refused> {
    let Some(mut record) = system_profiles(tx)? else {
        service::create(tx, &SYSTEM_PROFILES, &[], changes, SYSTEM.0, now_ms)?;
        return Ok(());
    };
    for (name, value) in changes {
        match value {
            Some(value) => drop(record.fields.insert((*name).to_owned(), value.clone())),
            None => drop(record.fields.remove(*name)),
        }
    }
    service::save(tx, &SYSTEM_PROFILES, &mut record, now_ms)
}

/// What holds for a space.
pub fn of(tx: &mut Tx<'_>, space: &Record) -> Result<Branding, DbFault> {
    let system = system_profiles(tx)?;
    named(tx, Some(space), system.as_ref())
}

/// The same for a space among these records, [`SYSTEM`] being one of them if there is one; without a space, what holds for all.
pub fn among(tx: &mut Tx<'_>, records: &[Record], space: Option<ObjectId>) -> Result<Branding, DbFault> {
    let find =
        |id: ObjectId, kind: &str| records.iter().find(|record| record.id == id && record.kind == kind);
    let space = space.and_then(|space| find(space, COSPACES.plural));
    named(tx, space, find(SYSTEM, SYSTEM_PROFILES.plural))
}

/// The web bridge profile of the whole system, [`SYSTEM`] being among these records if there is one.
pub fn web_bridge_profile(records: &[Record]) -> Option<ObjectId> {
    let system = records.iter().find(|record| record.id == SYSTEM && record.kind == SYSTEM_PROFILES.plural);
    system?.get("webBridgeProfile")?.parse().ok()
}

fn named(tx: &mut Tx<'_>, space: Option<&Record>, system: Option<&Record>) -> Result<Branding, DbFault> {
    let field = |record: Option<&Record>| record.and_then(|record| record.get(FIELD)).map(str::to_owned);
    let named = field(space).or_else(|| field(system));
    let Some(id) = named.and_then(|named| named.parse().ok()) else { return Ok(Branding::default()) };
    let profile = objects::find(tx, CALL_BRANDING_PROFILES.plural, id)?;
    let field = |name: &str| profile.as_ref().and_then(|profile| profile.get(name)).map(str::to_owned);
    Ok(Branding {
        invitation_template: field("invitationTemplate"),
        resource_location: field("resourceLocation"),
    })
}
