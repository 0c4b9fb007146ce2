import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findArchives, findOwnSources } from './apt-sources.ts'

describe('findArchives', () => {
  let etcApt: string
  beforeEach(() => {
    etcApt = mkdtempSync(join(tmpdir(), 'troupe-apt-'))
  })
  afterEach(() => rmSync(etcApt, { recursive: true }))

  const write = (file: string, lines: string[]) => {
    mkdirSync(dirname(join(etcApt, file)), { recursive: true })
    writeFileSync(join(etcApt, file), lines.join('\n'))
  }

  it('reads sources.list with and without options, and leaves security, source and comment lines aside', () => {
    write('sources.list', [
      '# deb http://old.example/debian bookworm main',
      'deb [arch=amd64 signed-by=/usr/share/keyrings/a.gpg] http://mirror.example/debian bookworm main contrib # ours',
      'deb-src http://mirror.example/debian bookworm main',
      'deb http://security.example/debian-security bookworm-security main',
      'deb http://deb.debian.org/debian stable main',
    ])
    expect(findArchives('bookworm', etcApt)).toEqual([
      { uris: 'http://mirror.example/debian', signedBy: '/usr/share/keyrings/a.gpg' },
      { uris: 'http://deb.debian.org/debian' },
    ])
  })

  it('reads deb822 stanzas with comments and a key block, skips disabled ones, and puts Debian before others', () => {
    const key = ' -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mDMEYCQjIxYJ\n -----END PGP PUBLIC KEY BLOCK-----'
    write('sources.list.d/aaa-vendor.sources', [
      'Types: deb',
      'URIs: https://vendor.example/apt',
      'Suites: bookworm',
      'Components: main',
      `Signed-By:\n${key}`,
    ])
    write('sources.list.d/debian.sources', [
      'Types: deb deb-src',
      '# a snapshot',
      'URIs: http://deb.debian.org/debian',
      'Suites: bookworm bookworm-updates',
      'Components: main',
      'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
      '',
      'Enabled: no',
      'Types: deb',
      'URIs: http://disabled.example/debian',
      'Suites: bookworm',
      'Components: main',
    ])
    expect(findArchives('bookworm', etcApt)).toEqual([
      { uris: 'http://deb.debian.org/debian', signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg' },
      { uris: 'https://vendor.example/apt', signedBy: `\n${key}` },
    ])
  })

  it('finds the release with what mends it, and neither backports nor other releases', () => {
    write('sources.list', [
      'deb http://mirror.example/debian bookworm main contrib',
      'deb http://mirror.example/debian bookworm-updates main',
      'deb http://mirror.example/debian-security bookworm-security main',
      'deb http://mirror.example/debian bookworm-backports main',
      'deb http://mirror.example/debian sid main',
      'deb https://vendor.example/apt nodistro main',
    ])
    expect(findOwnSources('bookworm', etcApt).map(({ suites }) => suites)).toEqual([
      'bookworm',
      'bookworm-updates',
      'bookworm-security',
    ])
  })

  it('is empty where nothing is configured', () => {
    expect(findArchives('bookworm', etcApt)).toEqual([])
    expect(findOwnSources('bookworm', etcApt)).toEqual([])
  })
})
