import { expect, test } from 'vitest'
import { subjectsOf } from './mails.ts'

test('the subjects of a mailbox are read as people read them, whatever else is on the page', () => {
  const page = `<a href="?">Older</a><td><a href="?message=2">You are on <SILVER> now</a>
    <a href="?message=12">A &lt;b&gt; &amp;amp; &quot;c&quot; &#39;d&#39;</a><a href="?message=3">أهلًا بك</a>`
  expect(subjectsOf(page)).toEqual([`A <b> &amp; "c" 'd'`, 'أهلًا بك'])
  expect(subjectsOf('')).toEqual([])
})
