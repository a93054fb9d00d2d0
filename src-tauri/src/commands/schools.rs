//! The way into a school, and the schools that one is signed in to.

use firstbell_core::app::getting_in::Form;

use super::{Core, uuid};
use crate::{
    error::Answer,
    view::school::{AskForm, GettingInView, SchoolView, SignUpForm},
};

/// Where somebody is who is on the way into a school.
#[tauri::command]
#[specta::specta]
pub async fn getting_in(core: Core<'_>) -> Answer<GettingInView> {
    Ok(core.getting_in().await?.into())
}

/// Reads an invitation. Nothing is sent.
#[tauri::command]
#[specta::specta]
pub async fn read_invitation(core: Core<'_>, text: String) -> Answer<GettingInView> {
    Ok(core.read_invitation(&text).await?.into())
}

/// Asks the school at an address that somebody has typed.
#[tauri::command]
#[specta::specta]
pub async fn look_at_school(core: Core<'_>, address: String, key: String) -> Answer<GettingInView> {
    Ok(core.look_at_school(&address, &key).await?.into())
}

/// Asks the school of the invitation that was read.
#[tauri::command]
#[specta::specta]
pub async fn go_on_with_invitation(core: Core<'_>, agreed: bool) -> Answer<GettingInView> {
    Ok(core.go_on_with_invitation(agreed).await?.into())
}

/// Makes an account.
#[tauri::command]
#[specta::specta]
pub async fn sign_up(core: Core<'_>, form: SignUpForm) -> Answer<GettingInView> {
    let (form, password) = form.parted();
    Ok(core.sign_up(form, password).await?.into())
}

/// Signs in.
#[tauri::command]
#[specta::specta]
pub async fn sign_in(core: Core<'_>, email: String, password: String) -> Answer<GettingInView> {
    Ok(core.sign_in(&email, password.into()).await?.into())
}

/// Has a mail sent for a forgotten password.
#[tauri::command]
#[specta::specta]
pub async fn forgot_password(core: Core<'_>, email: String) -> Answer<GettingInView> {
    Ok(core.forgot_password(&email).await?.into())
}

/// Goes on with the six digits of a mail.
#[tauri::command]
#[specta::specta]
pub async fn confirm_code(core: Core<'_>, code: String) -> Answer<GettingInView> {
    Ok(core.confirm_code(code.into()).await?.into())
}

/// The link of the mail was opened somewhere.
#[tauri::command]
#[specta::specta]
pub async fn opened_link(core: Core<'_>) -> Answer<GettingInView> {
    Ok(core.opened_link().await?.into())
}

/// Has the mail sent again.
#[tauri::command]
#[specta::specta]
pub async fn send_mail_again(core: Core<'_>) -> Answer<GettingInView> {
    Ok(core.send_mail_again().await?.into())
}

/// Sets the new password.
#[tauri::command]
#[specta::specta]
pub async fn set_new_password(core: Core<'_>, password: String) -> Answer<GettingInView> {
    Ok(core.set_new_password(password.into()).await?.into())
}

/// Takes an invitation up with an account that is nobody at the school yet.
#[tauri::command]
#[specta::specta]
pub async fn take_invitation(
    core: Core<'_>,
    text: String,
    first_name: String,
    last_name: String,
    zone: String,
) -> Answer<GettingInView> {
    let form = Form { first_name, last_name, zone: Some(zone), ..Form::default() };
    Ok(core.take_invitation(&text, form).await?.into())
}

/// Asks the school to be let in.
#[tauri::command]
#[specta::specta]
pub async fn ask_to_join(core: Core<'_>, form: AskForm) -> Answer<GettingInView> {
    Ok(core.ask_to_join(form.into()).await?.into())
}

/// Asks whether the school has answered.
#[tauri::command]
#[specta::specta]
pub async fn look_again(core: Core<'_>) -> Answer<GettingInView> {
    Ok(core.look_again().await?.into())
}

/// Leaves the way into a school.
#[tauri::command]
#[specta::specta]
pub async fn leave_getting_in(core: Core<'_>) -> Answer<GettingInView> {
    Ok(core.leave_getting_in().await?.into())
}

/// The schools.
#[tauri::command]
#[specta::specta]
pub async fn schools(core: Core<'_>) -> Answer<Vec<SchoolView>> {
    Ok(core.schools().await?.into_iter().map(SchoolView::from).collect())
}

/// Goes on where a sign-in stands.
#[tauri::command]
#[specta::specta]
pub async fn go_on_with_school(core: Core<'_>, id: String) -> Answer<GettingInView> {
    Ok(core.go_on_with_school(uuid(&id)?).await?.into())
}

/// Signs out: here, or on every computer.
#[tauri::command]
#[specta::specta]
pub async fn sign_out(core: Core<'_>, id: String, everywhere: bool) -> Answer<()> {
    Ok(core.sign_out(uuid(&id)?, everywhere).await?)
}
