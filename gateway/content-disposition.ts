/** What browsers show by themselves and that runs no script. */
const shown = /^(audio|video)\/|^image\/(?!svg)|^text\/(vtt|plain)\b/

const encode = (name: string): string =>
  encodeURIComponent(name).replaceAll(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)

/** To be shown, or saved: under a name if there is one, written as RFC 6266 has it. */
export const contentDisposition = (contentType: string, filename: string | undefined): string => {
  if (filename === undefined) return shown.test(contentType) ? 'inline' : 'attachment'
  const plain = filename.replaceAll(/[^\w .-]/g, '_')
  return `attachment; filename="${plain}"; filename*=UTF-8''${encode(filename.toWellFormed())}`
}
