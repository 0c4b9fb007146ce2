const ellipsis = '…'

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' })

/** The text where it fits, else as much of its beginning as does with an ellipsis, letters kept whole; empty for none. */
export const shorten = (text: string, fits: (text: string) => boolean): string => {
  if (fits(text)) return text
  const ends = [...segmenter.segment(text)].map(({ index }) => index)
  const cutAt = (end: number) => text.slice(0, end).trimEnd() + ellipsis
  let [least, most] = [0, ends.length]
  // Which of the ends is the last that fits: all before it do as well.
  while (most - least > 1) {
    const middle = Math.floor((least + most) / 2)
    if (fits(cutAt(ends[middle] ?? 0))) least = middle
    else most = middle
  }
  const cut = least === 0 ? ellipsis : cutAt(ends[least] ?? 0)
  return fits(cut) ? cut : ''
}

/** A text of at most so many UTF-16 code units. */
export const shortenTo = (text: string, length: number): string => shorten(text, (cut) => cut.length <= length)

interface Titled {
  title: string
  body: string
}

/** What is shown of a push so that it takes no more bytes than a service does: of body and title, the body goes first. */
export const shortenPush = (push: Titled, bytesOf: (push: Titled) => number, mostBytes: number): Titled => {
  const fits = (shown: Titled) => bytesOf(shown) <= mostBytes
  const body = shorten(push.body, (cut) => fits({ ...push, body: cut }))
  const title = shorten(push.title, (cut) => fits({ title: cut, body }))
  return { title, body }
}
