//! The table of providers: whose host it is, and which paths on it are a room.
//!
//! A host `zoom.us` is that name alone; `*.zoom.us` is any name below it, at a dot. Two kinds of
//! service are left out on purpose: those that have ended (their domains can be bought), and links
//! that start remote control of the computer instead of a meeting. Video pages without a room
//! (YouTube, Vimeo) are no join forms for a lesson.
//!
//! *MeetingBar* as a source is its `MeetingBar/Meetings/MeetingProvider.swift` (leits/MeetingBar at
//! 26eef52e, Apache-2.0): its list of hosts and path beginnings, not its patterns, which have no
//! boundary at the dot.

use super::Provider::{self, *};

pub(super) struct Row {
    pub provider: Provider,
    /// Exact names, or `*.` and a domain for every name below it.
    pub hosts: &'static [&'static str],
    /// Join forms; see [`super::form`].
    pub forms: &'static [&'static str],
    /// Where the fact comes from.
    #[allow(dead_code, reason = "read by people, and by the test that asks for it")]
    pub source: &'static str,
}

impl Row {
    pub(super) fn has_host(&self, host: &str) -> bool {
        self.hosts.iter().any(|pattern| match pattern.strip_prefix('*') {
            // The rest starts with the dot, and something must stand before it.
            Some(below) => host.len() > below.len() && host.ends_with(below),
            None => host == *pattern,
        })
    }
}

/// The names in the table that are hosts as they stand, with whose they are.
pub(crate) fn exact_hosts() -> impl Iterator<Item = (&'static str, Provider)> {
    ROWS.iter()
        .flat_map(|row| row.hosts.iter().map(|host| (host.strip_prefix("*.").unwrap_or(host), row.provider)))
}

/// Dial-in numbers and help, which stand in invitations beside the link and are no rooms: found in
/// the invitations of Zoom, Teams and Meet.
pub(crate) fn is_help_page(host: &str) -> bool {
    const HELP: &[&str] = &[
        "aka.ms",
        "dialin.teams.microsoft.com",
        "help.webex.com",
        "support.google.com",
        "support.microsoft.com",
        "support.zoom.com",
        "support.zoom.us",
        "tel.meet",
    ];
    HELP.contains(&host)
}

const ZOOM: &[&str] = &[
    "/j/{9-11}",
    "/s/{9-11}",
    "/w/{9-11}",
    "/my/{name}",
    "/ej/{id}",
    "/wc/{9-11}",
    "/wc/join/{9-11}",
    "/wc/{9-11}/join",
    "/wc/{9-11}/start",
];
const MEETINGBAR: &str = "MeetingBar";

pub(super) const ROWS: &[Row] = &[
    Row {
        provider: GoogleMeet,
        hosts: &["meet.google.com"],
        forms: &["/{code}", "/_meet/{code}", "/lookup/{id}"],
        source: "developers.google.com/workspace/meet/api/guides/meeting-spaces; MeetingBar for /_meet",
    },
    Row {
        provider: GoogleMeet,
        hosts: &["stream.meet.google.com"],
        forms: &["/stream/{id}"],
        source: MEETINGBAR,
    },
    Row {
        provider: Zoom,
        hosts: &[
            "zoom.us",
            "*.zoom.us",
            "zoom.com",
            "*.zoom.com",
            "*.zoom.com.cn",
            "zoom-x.de",
            "*.zoom-x.de",
        ],
        forms: ZOOM,
        source: "developers.zoom.us (join_url; a meeting number has 9 to 11 digits); MeetingBar",
    },
    Row { provider: ZoomGov, hosts: &["zoomgov.com", "*.zoomgov.com"], forms: ZOOM, source: MEETINGBAR },
    Row {
        provider: Teams,
        hosts: &[
            "teams.microsoft.com",
            "gov.teams.microsoft.us",
            "dod.teams.microsoft.us",
            "teams.cloud.microsoft",
        ],
        forms: &["/l/meetup-join/{thread}/{1-20}", "/meet/{9-20}"],
        source: "learn.microsoft.com/graph/api/onlinemeeting-createorget (joinWebUrl); Teams invitations of 2024 for /meet",
    },
    Row {
        provider: Teams,
        hosts: &["teams.live.com"],
        forms: &["/meet/{9-20}", "/l/meetup-join/{thread}/{1-20}"],
        source: "support.microsoft.com, Create a meeting in Microsoft Teams (free)",
    },
    Row {
        provider: Webex,
        hosts: &["*.webex.com"],
        forms: &[
            "/{name}/j.php?MTID",
            "/meet/{name}",
            "/join/{name}",
            "/wbxmjs/joinservice/sites/{name}/meeting/download/{id}",
            "/webappng/sites/{name}/meeting/download/{id}",
        ],
        source: "MeetingBar; Webex invitations for joinservice and webappng",
    },
    Row {
        provider: Jitsi,
        hosts: &["meet.jit.si"],
        forms: &["/{name}", "/{name}/{name}"],
        source: MEETINGBAR,
    },
    Row {
        provider: EightByEight,
        hosts: &["8x8.vc"],
        forms: &["/{name}", "/{name}/{name}"],
        source: "developer.8x8.com/jaas (8x8.vc/<tenant>/<room>); MeetingBar",
    },
    Row {
        provider: Whereby,
        hosts: &["whereby.com", "*.whereby.com"],
        forms: &["/{room}"],
        source: "docs.whereby.com (roomUrl is <organisation>.whereby.com/<room>); MeetingBar",
    },
    Row {
        provider: GoToMeeting,
        hosts: &["meet.goto.com", "gotomeet.me", "www.gotomeet.me"],
        forms: &["/{room}", "/{name}/{name}"],
        source: "GoTo invitations",
    },
    Row {
        provider: GoToMeeting,
        hosts: &["gotomeeting.com", "*.gotomeeting.com"],
        forms: &["/join/{9-9}", "/meeting/join/{9-9}"],
        source: MEETINGBAR,
    },
    Row {
        provider: GoToWebinar,
        hosts: &["*.gotowebinar.com"],
        forms: &["/join/{9-20}", "/join/{9-20}/{9-20}"],
        source: "developer.goto.com/GoToWebinarV2 (joinUrl); MeetingBar",
    },
    Row {
        provider: RingCentral,
        hosts: &["v.ringcentral.com", "meetings.ringcentral.com"],
        forms: &["/join/{name}", "/j/{9-12}"],
        source: "MeetingBar; RingCentral invitations",
    },
    Row {
        provider: Discord,
        hosts: &["discord.com", "www.discord.com", "canary.discord.com", "ptb.discord.com", "discordapp.com"],
        forms: &["/channels/{15-20}/{15-20}", "/invite/{id}"],
        source: MEETINGBAR,
    },
    Row {
        provider: Discord,
        hosts: &["discord.gg"],
        forms: &["/{id}"],
        source: "support.discord.com, Invites 101",
    },
    Row { provider: Slack, hosts: &["app.slack.com"], forms: &["/huddle/{id}/{id}"], source: MEETINGBAR },
    Row {
        provider: Chime,
        hosts: &["chime.aws", "app.chime.aws"],
        forms: &["/{10-13}", "/meetings/{10-13}"],
        source: MEETINGBAR,
    },
    Row { provider: FaceTime, hosts: &["facetime.apple.com"], forms: &["/join#v="], source: MEETINGBAR },
    Row {
        provider: SkypeForBusiness,
        hosts: &["meet.lync.com"],
        forms: &["/{name}/{name}/{id}"],
        source: MEETINGBAR,
    },
    Row {
        provider: ProtonMeet,
        hosts: &["meet.proton.me"],
        forms: &["/join/{id}"],
        source: "Proton's WebClients, JoinWithLinkModal; MeetingBar",
    },
    Row {
        provider: WhatsApp,
        hosts: &["call.whatsapp.com"],
        forms: &["/video/{id}", "/voice/{id}"],
        source: "WhatsApp Web's prefixes for call links",
    },
    Row {
        provider: Signal,
        hosts: &["signal.link"],
        forms: &["/call#key="],
        source: "Signal-Android, CallLinks",
    },
    Row {
        provider: ElementCall,
        hosts: &["call.element.io"],
        forms: &["/room#/", "/{room}"],
        source: "Element Call's room links",
    },
    Row {
        provider: BraveTalk,
        hosts: &["talk.brave.com"],
        forms: &["/{id}"],
        source: "brave-core, Brave Talk tests",
    },
    Row {
        provider: KMeet,
        hosts: &["kmeet.infomaniak.com"],
        forms: &["/{room}"],
        source: "Infomaniak's kMeet client",
    },
    Row {
        provider: BigBlueButton,
        hosts: &["demo.bigbluebutton.org"],
        forms: &["/rooms/{id}", "/rooms/{id}/join"],
        source: "Greenlight 3, the room page of the public demo; other installations have no fixed host",
    },
    Row {
        provider: Blackboard,
        hosts: &["*.bbcollab.com"],
        forms: &[
            "/guest/{id}",
            "/invite/{id}",
            "/collab/ui/session/guest/{id}",
            "/collab/ui/session/join/{id}",
        ],
        source: "MeetingBar; help.blackboard.com, Collaborate guest links",
    },
    Row {
        provider: Lessonspace,
        hosts: &["thelessonspace.com", "www.thelessonspace.com", "app.thelessonspace.com"],
        forms: &["/space/{id}"],
        source: "Lessonspace's API, client_url of a space",
    },
    Row {
        provider: BitPaper,
        hosts: &["bitpaper.io"],
        forms: &["/go/{name}/{id}"],
        source: "BitPaper's API, urls of a paper",
    },
    Row {
        provider: LearnCube,
        hosts: &["app.learncube.com"],
        forms: &["/app/classes/{name}"],
        source: "LearnCube's class pages",
    },
    Row {
        provider: Preply,
        hosts: &["preply.com"],
        forms: &["/{name}/chat/t-room/{4-12}", "/chat/t-room/{4-12}"],
        source: MEETINGBAR,
    },
    Row {
        provider: AdobeConnect,
        hosts: &["*.adobeconnect.com"],
        forms: &["/{room}"],
        source: "helpx.adobe.com/adobe-connect, meeting URLs",
    },
    Row {
        provider: ClickMeeting,
        hosts: &["*.clickmeeting.com"],
        forms: &["/{room}"],
        source: "ClickMeeting's API, room_url",
    },
    Row {
        provider: Daily,
        hosts: &["*.daily.co"],
        forms: &["/{room}"],
        source: "docs.daily.co: <domain>.daily.co/<room>",
    },
    Row {
        provider: Dialpad,
        hosts: &["meetings.dialpad.com"],
        forms: &["/{room}", "/room/{name}"],
        source: "Dialpad invitations",
    },
    Row {
        provider: ZohoMeeting,
        hosts: &["meeting.zoho.com", "meeting.zoho.eu", "meeting.zoho.in", "meeting.zoho.com.au"],
        forms: &["/join?key"],
        source: "Zoho Meeting's API, joinLink",
    },
    Row {
        provider: ZohoMeeting,
        hosts: &["meet.zoho.com", "meet.zoho.eu", "meet.zoho.in", "meet.zoho.com.au"],
        forms: &["/{id}"],
        source: "Zoho Meeting invitations",
    },
    Row {
        provider: ZohoCliq,
        hosts: &["cliq.zoho.com", "cliq.zoho.eu", "cliq.zoho.in"],
        forms: &["/meetings/{id}"],
        source: MEETINGBAR,
    },
    Row {
        provider: VooV,
        hosts: &["voovmeeting.com", "www.voovmeeting.com"],
        forms: &["/dm/{id}"],
        source: MEETINGBAR,
    },
    Row {
        provider: TencentMeeting,
        hosts: &["meeting.tencent.com"],
        forms: &["/dm/{id}", "/p/{9-12}"],
        source: "Tencent Meeting invitations",
    },
    Row { provider: Lark, hosts: &["vc.larksuite.com"], forms: &["/j/{6-12}"], source: MEETINGBAR },
    Row { provider: Feishu, hosts: &["vc.feishu.cn"], forms: &["/j/{6-12}"], source: MEETINGBAR },
    Row {
        provider: DingTalk,
        hosts: &["meeting.dingtalk.com"],
        forms: &["/j/{id}"],
        source: "DingTalk's SDK, url of a conference",
    },
    Row { provider: Zhumu, hosts: &["welink.zhumu.com"], forms: &["/j/{6-12}"], source: MEETINGBAR },
    Row {
        provider: Telemost,
        hosts: &["telemost.yandex.ru", "telemost.360.yandex.ru"],
        forms: &["/j/{6-20}"],
        source: "Telemost's API, join_url of a conference",
    },
    Row {
        provider: VkCalls,
        hosts: &["vk.com", "vk.ru"],
        forms: &["/call/join/{id}"],
        source: "VK's API, calls.start join_link",
    },
    Row { provider: CalVideo, hosts: &["app.cal.com"], forms: &["/video/{id}"], source: MEETINGBAR },
    Row { provider: LiveKit, hosts: &["meet.livekit.io"], forms: &["/rooms/{name}"], source: MEETINGBAR },
    Row {
        provider: Gather,
        hosts: &["app.gather.town"],
        forms: &["/app/{id}/{name}", "/invite?token"],
        source: MEETINGBAR,
    },
    Row { provider: DoxyMe, hosts: &["doxy.me", "*.doxy.me"], forms: &["/{room}"], source: MEETINGBAR },
    Row { provider: VSee, hosts: &["vsee.com"], forms: &["/c/{name}"], source: MEETINGBAR },
    Row {
        provider: Riverside,
        hosts: &["riverside.fm", "riverside.com"],
        forms: &["/studio/{name}"],
        source: MEETINGBAR,
    },
    Row {
        provider: StreamYard,
        hosts: &["streamyard.com", "www.streamyard.com"],
        forms: &["/{id}", "/guest/{id}"],
        source: MEETINGBAR,
    },
    Row {
        provider: Livestorm,
        hosts: &["app.livestorm.com", "app.livestorm.co"],
        forms: &["/p/{id}", "/p/{id}/live"],
        source: MEETINGBAR,
    },
    Row {
        provider: OVice,
        hosts: &["*.ovice.in", "*.ovice.com"],
        forms: &["/lobby/enter", "/{room}"],
        source: MEETINGBAR,
    },
    Row { provider: Tuple, hosts: &["tuple.app"], forms: &["/c/{id}"], source: MEETINGBAR },
    Row { provider: Pumble, hosts: &["meet.pumble.com"], forms: &["/{room}"], source: MEETINGBAR },
    Row { provider: Luma, hosts: &["lu.ma", "luma.com"], forms: &["/join/{id}"], source: MEETINGBAR },
    Row { provider: Pop, hosts: &["pop.com"], forms: &["/j/{id}"], source: MEETINGBAR },
    Row {
        provider: Gong,
        hosts: &["join.gong.io", "*.join.gong.io"],
        forms: &["/{name}/{name}"],
        source: MEETINGBAR,
    },
    Row { provider: Chorus, hosts: &["go.chorus.ai"], forms: &["/{6-16}"], source: MEETINGBAR },
    Row { provider: CoScreen, hosts: &["join.coscreen.co"], forms: &["/{name}/{id}"], source: MEETINGBAR },
    Row {
        provider: Meetecho,
        hosts: &["meetings.conf.meetecho.com"],
        forms: &["/{room}"],
        source: MEETINGBAR,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_provider_has_a_row_and_every_row_names_its_source() {
        for provider in Provider::ALL {
            assert!(ROWS.iter().any(|row| row.provider == *provider), "{provider}");
        }
        for row in ROWS {
            assert!(!row.source.is_empty() && !row.forms.is_empty(), "{}", row.provider);
        }
    }

    #[test]
    fn a_domain_covers_names_below_it_only_at_a_dot() {
        let row = Row { provider: Zoom, hosts: &["*.zoom.us"], forms: &[], source: "" };
        assert!(row.has_host("us02web.zoom.us"));
        assert!(
            !row.has_host("zoom.us") && !row.has_host("evilzoom.us") && !row.has_host("zoom.us.evil.com")
        );
    }

    #[test]
    fn every_form_is_written_with_known_classes() {
        for form in ROWS.iter().flat_map(|row| row.forms) {
            for class in form.split(['/', '?', '#']).filter_map(|part| part.strip_prefix('{')) {
                let class = class.strip_suffix('}').unwrap_or_default();
                let known = ["code", "id", "name", "room", "thread"].contains(&class)
                    || class
                        .split_once('-')
                        .is_some_and(|(a, b)| a.parse::<u8>().is_ok() && b.parse::<u8>().is_ok());
                assert!(known, "{form}");
            }
        }
    }
}
