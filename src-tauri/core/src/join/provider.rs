//! The meeting providers whose join links First Bell opens without a question.

mod form;
mod table;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use url::Url;

pub(crate) use form::Form;
pub(crate) use table::{exact_hosts, is_help_page};

macro_rules! providers {
    ($($variant:ident $code:literal $label:literal),* $(,)?) => {
        /// A meeting provider. What its join links look like stands in the table beside this file,
        /// each row with its source; services that have ended are not in it, because their domains
        /// can be bought by anyone.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Provider {
            $(
                #[doc = $label]
                #[serde(rename = $code)]
                $variant,
            )*
        }

        impl Provider {
            /// Every provider, in the order of the table.
            pub const ALL: &[Provider] = &[$(Provider::$variant),*];

            /// The stable code, as stored and as sent to the window.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Provider::$variant => $code),* }
            }

            /// The name people know it by: a proper name, the same in every language.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self { $(Provider::$variant => $label),* }
            }
        }
    };
}

providers! {
    GoogleMeet "google_meet" "Google Meet",
    Zoom "zoom" "Zoom",
    ZoomGov "zoom_gov" "ZoomGov",
    Teams "teams" "Microsoft Teams",
    Webex "webex" "Webex",
    Jitsi "jitsi" "Jitsi Meet",
    EightByEight "eight_by_eight" "8x8 Meet",
    Whereby "whereby" "Whereby",
    GoToMeeting "gotomeeting" "GoTo Meeting",
    GoToWebinar "gotowebinar" "GoTo Webinar",
    RingCentral "ringcentral" "RingCentral Video",
    Discord "discord" "Discord",
    Slack "slack" "Slack",
    Chime "chime" "Amazon Chime",
    FaceTime "facetime" "FaceTime",
    SkypeForBusiness "skype_for_business" "Skype for Business",
    ProtonMeet "proton_meet" "Proton Meet",
    WhatsApp "whatsapp" "WhatsApp",
    Signal "signal" "Signal",
    ElementCall "element_call" "Element Call",
    BraveTalk "brave_talk" "Brave Talk",
    KMeet "kmeet" "kMeet",
    BigBlueButton "big_blue_button" "BigBlueButton",
    Blackboard "blackboard" "Blackboard Collaborate",
    Lessonspace "lessonspace" "Lessonspace",
    BitPaper "bitpaper" "BitPaper",
    LearnCube "learncube" "LearnCube",
    Preply "preply" "Preply",
    AdobeConnect "adobe_connect" "Adobe Connect",
    ClickMeeting "clickmeeting" "ClickMeeting",
    Daily "daily" "Daily",
    Dialpad "dialpad" "Dialpad Meetings",
    ZohoMeeting "zoho_meeting" "Zoho Meeting",
    ZohoCliq "zoho_cliq" "Zoho Cliq",
    VooV "voov" "VooV Meeting",
    TencentMeeting "tencent_meeting" "Tencent Meeting",
    Lark "lark" "Lark",
    Feishu "feishu" "Feishu",
    DingTalk "dingtalk" "DingTalk",
    Zhumu "zhumu" "Zhumu",
    Telemost "telemost" "Yandex Telemost",
    VkCalls "vk_calls" "VK Calls",
    CalVideo "cal_video" "Cal Video",
    LiveKit "livekit" "LiveKit Meet",
    Gather "gather" "Gather",
    DoxyMe "doxy_me" "Doxy.me",
    VSee "vsee" "VSee",
    Riverside "riverside" "Riverside",
    StreamYard "streamyard" "StreamYard",
    Livestorm "livestorm" "Livestorm",
    OVice "ovice" "oVice",
    Tuple "tuple" "Tuple",
    Pumble "pumble" "Pumble",
    Luma "luma" "Luma",
    Pop "pop" "Pop",
    Gong "gong" "Gong",
    Chorus "chorus" "Chorus",
    CoScreen "coscreen" "CoScreen",
    Meetecho "meetecho" "Meetecho",
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text is no provider's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the code of a meeting provider")]
pub struct UnknownProvider;

impl FromStr for Provider {
    type Err = UnknownProvider;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|provider| provider.name() == code).ok_or(UnknownProvider)
    }
}

/// What the table says about a URL whose host is a provider's.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    /// Whose host it is.
    pub provider: Provider,
    /// The join form the path has, if it has one.
    pub form: Option<Form>,
}

impl Place {
    /// Looks a URL up. `None`: the host is no provider's.
    pub(crate) fn of(url: &Url) -> Option<Self> {
        let host = url.host_str()?;
        let mut here = None;
        for row in table::ROWS.iter().filter(|row| row.has_host(host)) {
            let form = row.forms.iter().map(|form| Form::new(form)).find(|form| form.fits(url));
            if form.is_some() {
                return Some(Self { provider: row.provider, form });
            }
            here.get_or_insert(Self { provider: row.provider, form: None });
        }
        here
    }
}
