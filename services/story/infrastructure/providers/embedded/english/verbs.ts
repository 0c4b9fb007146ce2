import type { SpeechForm } from '../language.ts'
import { words } from '../tokens.ts'

const REGULAR = words(`ask answer reply whisper shout call murmur mutter exclaim remark add continue explain declare
announce demand command order warn promise beg plead beseech implore insist suggest propose observe note state claim
assert admit confess agree object protest complain grumble growl snarl roar bellow bark howl hiss squeak squeal
croak chirp caw crow hoot quack cluck bleat neigh purr meow mew cackle chuckle laugh giggle titter sob wail moan
groan whimper sigh gasp pant stammer stutter mumble babble chatter prattle scream screech shriek yell holler hail
greet inquire enquire query wonder question interrupt interject repeat echo recite conclude advise urge scold chide
rebuke reprimand tease taunt mock sneer boast brag joke jest quip retort counter correct argue reason muse reflect
ponder think respond return offer volunteer venture finish begin start confide reveal report relate inform remind
reassure assure comfort soothe coax persuade invite pray apologize apologise concede deny lie pretend guess suppose
decide vow threaten curse hum rasp wheeze snap bawl blurt drawl grunt snort huff puff cheer rejoice boom thunder
rumble squawk twitter trill coo gurgle sniff sniffle snuffle gulp swallow breathe mouth croon lament mourn marvel
puzzle grin smile frown nod shrug wink beam smirk translate specify estimate clarify console encourage prompt press
lecture caution allow acknowledge confirm grant recall remember quote hint chorus nibble chime pipe rattle crackle
creak clamor clamour preach persist prophesy predict signal sign`)
const IRREGULAR: Readonly<Record<string, string>> = {
  say: 'said says saying',
  tell: 'told tells',
  cry: 'cried cries',
  speak: 'spoke speaks',
  sing: 'sang sings',
  reply: 'replied replies',
  think: 'thought thinks',
  begin: 'began begins',
  swear: 'swore swears',
  read: 'read reads',
  write: 'wrote writes',
  weep: 'wept weeps',
  bid: 'bade bid',
  quoth: 'quoth',
  go: 'went',
  deny: 'denied denies',
  lie: 'lied',
  shout: 'shouted',
  put: 'put',
  spit: 'spat',
  break: 'broke',
  manage: 'managed',
  want: 'wanted wants',
  snivel: 'snivelled sniveled',
  yodel: 'yodelled',
  plead: 'pled',
  sputter: 'sputtered',
  splutter: 'spluttered',
  prophesy: 'prophesied',
  mean: 'meant',
  sigh: 'sighed',
  come: 'came',
}

const forms = new Map<string, SpeechForm>()
const put = (form: string): void => {
  forms.set(form, { person: 3, plural: false })
}
for (const lemma of REGULAR) {
  const doubled = /^(?:beg|nod|grin|hum|quip|sob|chat|brag|snap|rap)$/u.test(lemma) ? lemma.slice(-1) : ''
  const past = lemma.endsWith('e')
    ? `${lemma}d`
    : /[^aeiou]y$/u.test(lemma)
      ? `${lemma.slice(0, -1)}ied`
      : `${lemma}${doubled}ed`
  const present = /(?:s|sh|ch|x|z)$/u.test(lemma)
    ? `${lemma}es`
    : /[^aeiou]y$/u.test(lemma)
      ? `${lemma.slice(0, -1)}ies`
      : `${lemma}s`
  for (const form of [past, present, lemma]) put(form)
}
for (const list of Object.values(IRREGULAR)) for (const form of list.split(' ')) put(form)
for (const bare of [
  'say',
  'tell',
  'cry',
  'order',
  'sign',
  'signal',
  'note',
  'state',
  'report',
  'laugh',
  'smile',
  'sigh',
  'frown',
  'grin',
  'wink',
  'nod',
  'shrug',
  'puff',
  'huff',
  'crow',
  'press',
  'start',
  'finish',
  'return',
  'offer',
  'question',
  'object',
  'reason',
  'quote',
  'hint',
  'cheer',
  'bark',
  'lament',
  'promise',
  'answer',
  'reply',
  'shout',
  'whisper',
  'call',
  'scream',
  'demand',
  'command',
  'claim',
  'remark',
  'echo',
  'query',
  'protest',
  'lecture',
  'lie',
  'signs',
  'signals',
  'notes',
  'states',
  'reports',
  'smiles',
  'puffs',
  'crows',
  'cries',
  'beams',
  'pipes',
  'beam',
  'pipe',
])
  forms.delete(bare)

/** A form of a verb that reports speech, at least where it leans on a quotation. */
export const englishSpeech = (lower: string): SpeechForm | undefined => forms.get(lower)
