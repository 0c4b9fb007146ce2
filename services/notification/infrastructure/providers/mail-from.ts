/** Whom mails come from. */
export interface MailFrom {
  address: string
  name: string | undefined
}

const form = /^(?:"?([^"<>]*?)"?\s*<([^<>\s@]+@[^<>\s@]+)>|([^<>\s@]+@[^<>\s@]+))$/

/** Reads `Troupe <hello@example.com>` or the address alone; undefined where it is neither. */
export const parseMailFrom = (text: string): MailFrom | undefined => {
  const [, name, named, bare] = form.exec(text.trim()) ?? []
  const address = named ?? bare
  return address === undefined ? undefined : { address, name: name || undefined }
}
