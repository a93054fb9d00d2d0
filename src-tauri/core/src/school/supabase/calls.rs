//! What the school is asked on the way in, and how its answers are read.

use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    rest::{CallError, call},
    wire::Wire,
};
use crate::{
    school::{fault::Fault, invitation::InvitationCode},
    sign_in::{Acting, JoinRequest, JoinRequestState, OpenSignUp, SchoolRole, Standing},
};

type Result<T> = std::result::Result<T, CallError>;

/// What a school says of itself to whoever asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What it is called.
    pub name: String,
    /// What it lets somebody do who has no invitation.
    pub open_sign_up: OpenSignUp,
}

/// What an invitation is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// What the school is called.
    pub school: String,
    /// As what it invites.
    pub role: SchoolRole,
}

/// Who somebody wants to be at the school.
#[derive(Clone, Debug)]
pub struct Newcomer {
    /// First name.
    pub first_name: String,
    /// Last name; may be empty.
    pub last_name: String,
    /// Their zone (IANA).
    pub zone: String,
}

/// What somebody who has no invitation writes to the school.
#[derive(Clone, Debug, Default)]
pub struct Plea {
    /// A few words to the school.
    pub note: String,
    /// For a parent, the child's name.
    pub child: String,
}

/// What the school says of itself.
///
/// # Errors
/// [`Fault::NeedsUpdate`] where there is a project and no school of ours in it.
pub async fn look_at_school(wire: &Wire) -> Result<Facts> {
    let answer = call(wire, "look_at_school", &json!({}), None).await?;
    let name = text(&answer, "school").ok_or(Fault::Silent)?;
    Ok(Facts { name, open_sign_up: open_sign_up(&answer) })
}

/// What an invitation is for. It takes no sign-in and uses nothing up.
///
/// # Errors
/// `invitation_over` where it was used or has run out.
pub async fn look_at_invitation(wire: &Wire, code: &InvitationCode) -> Result<Invited> {
    let answer = call(wire, "look_at_invitation", &json!({"code": code.expose()}), None).await?;
    let role =
        answer.get("role").and_then(Value::as_str).and_then(SchoolRole::of).ok_or(Fault::NeedsUpdate)?;
    Ok(Invited { school: text(&answer, "school").ok_or(Fault::Silent)?, role })
}

/// Takes an invitation up. The same request id again gets the same answer and does nothing.
///
/// # Errors
/// What the school refuses.
pub async fn accept_invitation(
    wire: &Wire,
    token: &SecretString,
    request: Uuid,
    code: &InvitationCode,
    who: &Newcomer,
) -> Result<()> {
    let arguments = json!({
        "request_id": request, "code": code.expose(),
        "first_name": who.first_name, "last_name": who.last_name, "zone": who.zone,
    });
    call(wire, "accept_invitation", &arguments, Some(token)).await.map(drop)
}

/// Asks the school to be let in. The same request id again gets the same answer and does nothing.
///
/// # Errors
/// What the school refuses.
pub async fn ask_to_join(
    wire: &Wire,
    token: &SecretString,
    request: Uuid,
    role: SchoolRole,
    who: &Newcomer,
    plea: &Plea,
) -> Result<()> {
    let mut arguments = json!({
        "request_id": request, "role": role.name(), "note": plea.note,
        "first_name": who.first_name, "last_name": who.last_name, "zone": who.zone,
    });
    if role == SchoolRole::Guardian
        && let Some(fields) = arguments.as_object_mut()
    {
        fields.insert("child".to_owned(), plea.child.clone().into());
    }
    call(wire, "ask_to_join", &arguments, Some(token)).await.map(drop)
}

/// Which account the school takes the token for, what the school is called, and who the account is there. No account
/// where it takes the token for nobody's, which says nothing of the account.
///
/// # Errors
/// What the wire says.
pub async fn who_am_i(wire: &Wire, token: &SecretString) -> Result<(Option<Uuid>, String, Standing)> {
    let answer = call(wire, "who_am_i", &json!({}), Some(token)).await?;
    let account = answer.get("account").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let school = text(&answer, "school").ok_or(Fault::Silent)?;
    let people = answer.get("people").and_then(Value::as_array).into_iter().flatten();
    let requests = answer.get("requests").and_then(Value::as_array).into_iter().flatten();
    let mut requests: Vec<JoinRequest> = requests.filter_map(request).collect();
    let waiting = requests.iter().position(|request| request.state == JoinRequestState::Waiting);
    requests.sort_by(|a, b| a.asked_at.cmp(&b.asked_at));
    let request = match waiting {
        Some(_) => requests.into_iter().rfind(|request| request.state == JoinRequestState::Waiting),
        None => requests.pop(),
    };
    let people: Vec<Acting> = people.filter_map(acting).collect();
    // Only a stranger needs to know what the school lets strangers do.
    let open_sign_up =
        if people.is_empty() { look_at_school(wire).await?.open_sign_up } else { OpenSignUp::default() };
    Ok((account, school, Standing { people, request, open_sign_up }))
}

fn text(answer: &Value, name: &str) -> Option<String> {
    let text = answer.get(name)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.chars().take(200).collect())
}

fn open_sign_up(answer: &Value) -> OpenSignUp {
    answer
        .get("open_sign_up")
        .and_then(|value| serde_json::from_value(value.clone()).ok())
        .unwrap_or_default()
}

fn acting(one: &Value) -> Option<Acting> {
    Some(Acting {
        person: one.get("person")?.as_str()?.parse().ok()?,
        role: SchoolRole::of(one.get("role")?.as_str()?)?,
        approved: one.get("approved").and_then(Value::as_bool).unwrap_or(true),
    })
}

fn request(one: &Value) -> Option<JoinRequest> {
    let words = |name: &str| text(one, name).unwrap_or_default();
    Some(JoinRequest {
        role: SchoolRole::of(one.get("role")?.as_str()?)?,
        first_name: words("first_name"),
        last_name: words("last_name"),
        state: serde_json::from_value(one.get("state")?.clone()).ok()?,
        reason: words("reason"),
        asked_at: words("asked_at"),
    })
}
