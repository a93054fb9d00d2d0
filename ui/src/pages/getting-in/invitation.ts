// What was typed or pasted as an invitation, as far as the window has to know. What is in it is read in Rust.

/** A code that stands alone says nothing of its school. */
export function isCodeAlone(text: string): boolean {
  return /^[A-Za-z0-9]{3,8}([-\s]?[A-Za-z0-9]{3,8}){0,3}$/.test(text.trim());
}

/** The link that a school would have sent, of a code, an address and a key that were typed. */
export function linkOf(code: string, address: string, key: string): string {
  const given = new URLSearchParams({ school: addressOf(address), key: key.trim(), code: code.trim() });
  return `firstbell://join?${given.toString()}`;
}

/** People leave out what every address begins with. */
function addressOf(typed: string): string {
  const text = typed.trim();
  return /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `https://${text}`;
}
