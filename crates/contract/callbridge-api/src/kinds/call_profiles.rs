//! `callProfiles`: what a call is like as a whole.

use crate::kind::{Compares, Filter, Kind, Operations, Values, field, flag, text};

/// What a call is like; what is unset is inherited.
pub const CALL_PROFILES: Kind = Kind {
    plural: "callProfiles",
    singular: "callProfile",
    parent: None,
    fields: &[
        text("name").listed().searched(),
        field("participantLimit", Values::Number(0, 2_147_483_647)),
        flag("locked"),
        field("lockMode", Values::Choice(&["all", "needsActivation"])),
        field("recordingMode", Values::Choice(&["manual", "disabled", "automatic"])),
        field("streamingMode", Values::Choice(&["manual", "disabled", "automatic"])),
        field("passcodeMode", Values::Choice(&["required", "timeout"])),
        field("passcodeTimeout", Values::Number(0, 2_147_483_647)),
        flag("gatewayAudioCallOptimization"),
        field("lyncConferenceMode", Values::Choice(&["dualHomeCluster", "dualHomeCallBridge", "gateway"])),
        text("sipRecorderUri"),
        text("sipStreamerUri"),
        text("messageBannerText"),
        field("muteBehavior", Values::Choice(&["linked", "separate"])),
        flag("chatAllowed"),
        flag("raiseHandEnabled"),
        text("logoFileName"),
        flag("fileReceiveAllowed"),
        flag("surveyAllowed"),
    ],
    keys: &[],
    filters: &[Filter { parameter: "usageFilter", compares: Compares::Usage }],
    missing: "callProfileDoesNotExist",
    operations: Operations::All,
    page: 10,
    most: None,
};
