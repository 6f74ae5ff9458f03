//! Every declared kind through one test each of making, showing, changing, listing and removing: a new declaration is
//! tested by being declared.

use std::collections::BTreeMap;

use convoke_callbridge_api::{
    Kind,
    kind::{Access, Field, Operations, Values},
    kinds,
};

use crate::support::{Bridge, form, on_both, on_sqlite};

/// An id that no object has.
const NOBODY: &str = "19577d25-f7cf-4524-9a26-5fd418dd5f96";

/// What other objects are needed: one of each kind that is referred to, made once.
struct World {
    ids: BTreeMap<&'static str, String>,
}

impl World {
    async fn new(bridge: &Bridge) -> Self {
        let mut ids = BTreeMap::from([("users", bridge.user("alice").await)]);
        for kind in ["coSpaces", "coSpaceTemplates", "webBridgeProfiles"] {
            ids.insert(kind, bridge.make(kind, "name=one").await);
        }
        let plain = [
            "callProfiles",
            "callLegProfiles",
            "dialInSecurityProfiles",
            "userProfiles",
            "callBrandingProfiles",
        ];
        for kind in plain {
            ids.insert(kind, bridge.make(kind, "").await);
        }
        ids.insert("userGroups", bridge.make("userGroups", "name=staff").await);
        ids.insert("callBridges", bridge.make("callBridges", "name=cb").await);
        Self { ids }
    }

    /// The path of a kind's collection, within the objects of this world.
    fn collection(&self, kind: &Kind) -> String {
        match kind.parent {
            Some(parent) => format!("{parent}/{}/{}", self.ids[parent], kind.plural),
            None => kind.plural.to_owned(),
        }
    }

    /// A value that the field takes, and how it is shown; `None` for what only the bridge sets or what names an object of a
    /// kind that this version does not have.
    fn value(&self, field: &Field) -> Option<(String, String)> {
        let same = |text: &str| Some((text.to_owned(), text.to_owned()));
        match field.values {
            // These two must lie within the object itself: their own tests set them.
            Values::Reference("accessMethods" | "accessMethodTemplates", _) => None,
            Values::Reference(kind, _) => self.ids.get(kind).and_then(|id| same(id)),
            Values::Text(_) => same("A & <b> \"c\" 회의"),
            Values::Flag => Some(("TRUE".to_owned(), "true".to_owned())),
            Values::Number(_, most) => same(&most.to_string()),
            Values::Choice(words) => Some((words[0].to_uppercase(), words[0].to_owned())),
            Values::UriPart => {
                Some((format!("{}.X", field.name), format!("{}.x", field.name.to_lowercase())))
            }
            Values::Digits(_) => same("0123456"),
            Values::Email => Some(("Bob.Lee@Example.Test".to_owned(), "Bob.Lee@example.test".to_owned())),
            Values::Jid => Some(("Alice@Example.Test".to_owned(), "alice@example.test".to_owned())),
            Values::Url(schemes) => same(&format!("{}://host.test:4433", schemes[0])),
            Values::UriGenerator => same("$.guest"),
            Values::Count(_) => None,
        }
    }

    /// Every parameter that a client may set at creation, and the fields that it leads to.
    fn full(&self, kind: &Kind) -> (String, BTreeMap<String, String>) {
        let mut parameters = Vec::new();
        let mut shown = BTreeMap::new();
        for field in kind.fields {
            if matches!(field.access, Access::ReadOnly | Access::Internal) || field.name == "ownerAdGuid" {
                continue;
            }
            let Some((given, kept)) = self.value(field) else { continue };
            parameters.push(form(field.name, &given));
            if field.access != Access::WriteOnly {
                shown.insert(field.name.to_owned(), kept);
            }
        }
        (parameters.join("&"), shown)
    }
}

fn made_by_clients() -> impl Iterator<Item = &'static Kind> {
    kinds::ALL.iter().copied().filter(|kind| kind.operations != Operations::ReadOnly)
}

async fn lives_from_post_to_delete(bridge: &Bridge, world: &World, kind: &Kind) {
    let collection = world.collection(kind);
    let (before, _) = bridge.list(&collection).await;
    let (parameters, expected) = world.full(kind);
    let id = bridge.make(&collection, &parameters).await;
    let path = format!("{collection}/{id}");

    let shown = bridge.show(&path).await;
    for (name, value) in &expected {
        // `regenerateSecret` of the same request replaces the secret that it gives.
        if name != "secret" {
            assert_eq!(shown.fields.get(name), Some(value), "{}.{name}", kind.plural);
        }
    }
    let hidden = |field: &&Field| matches!(field.access, Access::WriteOnly | Access::Internal);
    for field in kind.fields.iter().filter(hidden) {
        assert!(!shown.fields.contains_key(field.name), "{}.{}", kind.plural, field.name);
    }
    let body = bridge.get(&path).await.body;
    let places = kind.fields.iter().filter_map(|field| body.find(&format!("<{}>", field.name)));
    assert!(places.is_sorted(), "the elements come in the declared order: {body}");

    let (total, ids) = bridge.list(&format!("{collection}?limit=100")).await;
    assert!(total == before + 1 && ids.contains(&id), "{}", kind.plural);

    if kind.operations == Operations::All {
        bridge.put(&path, &parameters).await.is_done();
        assert_eq!(bridge.show(&path).await.id, id);
    } else {
        bridge.put(&path, &parameters).await.is_refused("invalidOperation");
    }
    bridge.delete(&path).await.is_done();
    bridge.get(&path).await.is_refused(kind.missing);
    bridge.delete(&path).await.is_refused(kind.missing);
    assert_eq!(bridge.list(&collection).await.0, before, "{}", kind.plural);
}

#[test]
fn each_kind_is_made_shown_changed_listed_and_removed() {
    on_both(async |bridge| {
        let world = World::new(&bridge).await;
        for kind in made_by_clients() {
            lives_from_post_to_delete(&bridge, &world, kind).await;
        }
    });
}

#[test]
fn an_unknown_object_at_a_path_is_told_by_its_own_code() {
    on_sqlite(async |bridge| {
        let world = World::new(&bridge).await;
        for kind in kinds::ALL {
            let collection = world.collection(kind);
            bridge.get(&format!("{collection}/{NOBODY}")).await.is_refused(kind.missing);
            if let Some(parent) = kind.parent.and_then(kinds::named) {
                let lost = format!("{}/{NOBODY}/{}", parent.plural, kind.plural);
                bridge.get(&lost).await.is_refused(parent.missing);
                bridge.get(&format!("{lost}/{NOBODY}")).await.is_refused(parent.missing);
            }
        }
    });
}

#[test]
fn an_unknown_object_in_a_field_is_told_by_the_code_of_its_kind() {
    on_sqlite(async |bridge| {
        let world = World::new(&bridge).await;
        for kind in made_by_clients() {
            let collection = world.collection(kind);
            let (before, _) = bridge.list(&collection).await;
            for field in kind.fields {
                let Values::Reference(_, missing) = field.values else { continue };
                if field.access == Access::ReadOnly {
                    continue;
                }
                let needed = required(&world, kind, field.name);
                let given = format!("{needed}&{}={NOBODY}", field.name);
                bridge.post(&collection, &given).await.is_refused(missing);
                let nonsense = format!("{needed}&{}=nonsense", field.name);
                bridge.post(&collection, &nonsense).await.is_parameter_error(&[(field.name, "invalidValue")]);
            }
            assert_eq!(bridge.list(&collection).await.0, before, "{}", kind.plural);
        }
    });
}

/// The parameters without which the kind can't be made, less one.
fn required(world: &World, kind: &Kind, but: &str) -> String {
    let needed = kind.fields.iter().filter(|field| field.required && field.name != but);
    needed.filter_map(|field| Some(form(field.name, &world.value(field)?.0))).collect::<Vec<_>>().join("&")
}

#[test]
fn what_is_required_is_asked_for_and_stays() {
    on_sqlite(async |bridge| {
        let world = World::new(&bridge).await;
        for kind in made_by_clients() {
            let collection = world.collection(kind);
            let free = |field: &&Field| field.required && field.access == Access::Free;
            for field in kind.fields.iter().filter(|field| field.required) {
                let rest = required(&world, kind, field.name);
                bridge.post(&collection, &rest).await.is_parameter_error(&[(field.name, "missingValue")]);
                let empty = format!("{rest}&{}=", field.name);
                bridge.post(&collection, &empty).await.is_parameter_error(&[(field.name, "missingValue")]);
            }
            let id = bridge.make(&collection, &required(&world, kind, "")).await;
            for field in kind.fields.iter().filter(free) {
                let unset = bridge.put(&format!("{collection}/{id}"), &format!("{}=", field.name)).await;
                unset.is_parameter_error(&[(field.name, "missingValue")]);
            }
            bridge.delete(&format!("{collection}/{id}")).await.is_done();
        }
    });
}

#[test]
fn users_are_read_only() {
    on_sqlite(async |bridge| {
        let alice = bridge.user("alice").await;
        bridge.post("users", "userJid=x@example.test").await.is_refused("invalidOperation");
        bridge.put(&format!("users/{alice}"), "name=x").await.is_refused("invalidOperation");
        bridge.delete(&format!("users/{alice}")).await.is_refused("invalidOperation");
        assert_eq!(
            bridge.get(&format!("users/{alice}")).await.body,
            format!(
                "<?xml version=\"1.0\"?><user id=\"{alice}\"><userJid>alice@example.test</userJid>\
                 <name>alice Kim</name><email>alice.kim@mail.test</email></user>"
            )
        );
        assert_eq!(
            bridge.get("users").await.body,
            format!(
                "<?xml version=\"1.0\"?><users total=\"1\"><user id=\"{alice}\">\
                 <userJid>alice@example.test</userJid></user></users>"
            )
        );
    });
}
