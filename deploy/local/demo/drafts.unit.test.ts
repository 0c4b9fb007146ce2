import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { parseText, readDraft, shippedDrafts } from './drafts.ts'

const folder = mkdtempSync(join(tmpdir(), 'troupe-drafts-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const parsed = (text: string, name = 'my-file.txt') => parseText(Buffer.from(text), name)

test('the first line is the title, and no part of the text when an empty line follows', () => {
  expect(parsed('\n The Wolf \n\nOnce there was.\n\nThe end.\n')).toMatchObject({
    title: 'The Wolf',
    content: 'Once there was.\n\nThe end.',
  })
  expect(parsed('# The Wolf\n \n\nOnce.')).toMatchObject({ title: 'The Wolf', content: 'Once.' })
})

test('a first line that goes on is title and text', () => {
  expect(parsed('Once there was\na wolf.')).toMatchObject({
    title: 'Once there was',
    content: 'Once there was\na wolf.',
  })
  expect(parsed('Only a line')).toMatchObject({ title: 'Only a line', content: 'Only a line' })
})

test('where the first line is no title, the file name is', () => {
  const long = `${'word '.repeat(60)}end.`
  expect(parsed(`${long}\n\nMore.`)).toMatchObject({ title: 'my-file', content: `${long}\n\nMore.` })
  expect(parsed('I\n\nOnce.', '/tmp/a.txt')).toMatchObject({ title: 'Story a' })
})

test('byte order mark and line ends of other systems are taken away', () => {
  expect(parsed('\uFEFFTitle\r\n\r\nOne.\r\nTwo.\rThree.')).toMatchObject({
    title: 'Title',
    content: 'One.\nTwo.\nThree.',
  })
})

test('the language is the one given, else guessed, else English', async () => {
  const german = file('de.txt', 'Der Wolf\n\nDer Wolf und die Geisslein sagten nicht, was er war.')
  expect(await readDraft(german)).toMatchObject({ language: 'de' })
  expect(await readDraft(german, 'de-AT')).toMatchObject({ language: 'de-AT' })
  expect(await readDraft(file('x.txt', '12345'))).toMatchObject({ language: 'en' })
})

test('what cannot be used is refused with a reason', async () => {
  mkdirSync(join(folder, 'sub'))
  await expect(readDraft(join(folder, 'none.txt'))).rejects.toThrow('there is no such file')
  await expect(readDraft(join(folder, 'sub'))).rejects.toThrow('is a folder')
  await expect(readDraft(file('empty.txt', ' \r\n\n'))).rejects.toThrow('is empty')
  await expect(readDraft(file('latin1.txt', Buffer.from('Señor', 'latin1')))).rejects.toThrow('is not UTF-8')
  await expect(readDraft(file('utf16.txt', Buffer.from('Title', 'utf16le')))).rejects.toThrow('is not UTF-8')
  await expect(readDraft(file('big.txt', Buffer.alloc(2 * 1024 * 1024 + 1, 'a')))).rejects.toThrow(
    'too large (2,097,153 bytes',
  )
  expect((await readDraft(file('full.txt', Buffer.alloc(2 * 1024 * 1024, 'a')))).content.length).toBe(2 * 1024 * 1024)
})

test('eight tales come with the project, in three languages', async () => {
  const tales = await shippedDrafts()
  expect(tales).toHaveLength(8)
  expect(new Set(tales.map(({ language }) => language))).toEqual(new Set(['en', 'de', 'es']))
})
