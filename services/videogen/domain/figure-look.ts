import { type Colour, colour } from './colour.ts'
import type { Soundtrack } from './film.ts'
import { type Chance, chanceOf, pick } from './seeded.ts'

type Species = 'human' | 'wolf' | 'fox' | 'bear' | 'cat' | 'rabbit' | 'mouse' | 'frog' | 'bird'
type Headwear = 'none' | 'crown' | 'hood' | 'cap' | 'straw' | 'pointed' | 'scarf'

/** What somebody looks like, in every scene. */
export interface Look {
  species: Species
  age: 'child' | 'adult' | 'old'
  isFeminine: boolean
  /** Skin, or fur. */
  skin: Colour
  hair: Colour
  clothes: Colour
  trim: Colour
  /** One of four. */
  hairstyle: number
  hasBeard: boolean
  headwear: Headwear
}

type Character = Soundtrack['characters'][number]

const species: Readonly<Record<Exclude<Species, 'human'>, string>> = {
  wolf: 'wolf dog hound wölfin hund lobo loba perro',
  fox: 'fox vixen fuchs füchsin zorro zorra',
  bear: 'bear bär bärin oso osa',
  cat: 'cat kitten lion tiger katze kater löwe gato gata león',
  rabbit: 'rabbit hare bunny donkey hase kaninchen esel conejo liebre burro',
  mouse: 'mouse rat maus ratte ratón rata ratita',
  frog: 'frog toad frosch kröte rana sapo',
  bird: 'bird duck duckling hen rooster owl raven crow swan vogel ente hahn henne eule rabe schwan pájaro pato gallo gallina búho cuervo cisne',
}

const childish =
  'child boy girl kid little young son daughter baby kind junge mädchen knabe klein kleine kleiner jung sohn tochter niño niña chico chica pequeño pequeña joven hijo hija'
const aged =
  'old elderly ancient aged grandmother grandfather grandma grandpa granny wizard alt alte alter großmutter großvater oma opa greis zauberer viejo vieja anciano anciana abuelo abuela mago'
const feminine =
  'woman girl mother queen princess witch grandmother granny grandma sister daughter wife lady aunt she her female frau mädchen mutter königin prinzessin hexe großmutter oma schwester tochter tante sie weiblich mujer niña madre reina princesa bruja abuela hermana hija esposa señora tía ella femenina stepmother stiefmutter madrastra fairy fee hada'
const masculine =
  'man boy father king prince wizard grandfather grandpa brother son husband lord uncle he his male mann junge vater könig prinz zauberer großvater opa bruder sohn onkel er männlich hombre niño padre rey príncipe mago abuelo hermano hijo esposo señor tío él masculino knight ritter caballero woodcutter holzfäller leñador fisherman fischer pescador'
const headgear: Readonly<Record<Exclude<Headwear, 'none'>, string>> = {
  crown: 'king queen prince princess emperor könig königin prinz prinzessin kaiser rey reina príncipe princesa',
  hood: 'hood rotkäppchen caperucita monk mönch monje riding',
  pointed: 'witch wizard magician dwarf elf hexe zauberer zwerg bruja mago enano hechicero',
  straw: 'farmer peasant miller bauer bäuerin müller campesino campesina molinero',
  cap: 'woodcutter fisherman sailor hunter boy captain holzfäller fischer jäger matrose leñador pescador cazador marinero capitán',
  scarf: 'grandmother granny mother großmutter oma mutter abuela madre',
}

const skins = ['#f6d2b5', '#eebf98', '#d99e74', '#b97a50', '#8d5a3a', '#6b4228'].map(colour)
const hairs = ['#2b1d18', '#4a2f22', '#7b4a25', '#b5772f', '#dcb45a', '#8a2f1f', '#3a3a46'].map(colour)
const greyHairs = ['#d9d9de', '#b9b9c2', '#efeae0'].map(colour)
const cloths = [
  '#c8413b',
  '#2f6fb0',
  '#2f8f5f',
  '#e0a12c',
  '#7a4aa6',
  '#d9679b',
  '#1f8f9c',
  '#8a5a34',
  '#5d6d2e',
  '#44508f',
].map(colour)
const trims = ['#f7ecd2', '#f2c14e', '#fffdf7', '#d6e4f0', '#3b2f2f'].map(colour)
const furs: Readonly<Record<Exclude<Species, 'human'>, Colour>> = {
  wolf: colour('#7d8590'),
  fox: colour('#d9742b'),
  bear: colour('#7a5133'),
  cat: colour('#c99a5b'),
  rabbit: colour('#c9bcae'),
  mouse: colour('#a9a3a6'),
  frog: colour('#6fae4a'),
  bird: colour('#5b86b8'),
}

/** Names of the colours of cloth, in their order. */
const clothNames = [
  'red rot rote roter rotkäppchen roja rojo caperucita scarlet',
  'blue blau blaue blauer azul',
  'green grün grüne grüner verde',
  'golden gold goldene goldener dorado dorada yellow gelb amarillo amarilla',
  'purple violet lila morado morada',
  'pink rosa',
]

const wordsOf = (text: string): Set<string> => new Set(text.toLowerCase().match(/\p{L}+/gu) ?? [])
const tells = (words: ReadonlySet<string>, list: string): boolean => list.split(' ').some((word) => words.has(word))
const foundIn = <T extends string>(words: ReadonlySet<string>, lists: Readonly<Record<T, string>>): T | undefined =>
  (Object.keys(lists) as T[]).find((kind) => tells(words, lists[kind]))

const womens = /(a|ie|ine|elle|ette|etel|el|ey|ice)$/iu
const mens = /(o|us|as|os|ard|bert|ich|old|ulf|ck|[bdfkmp])$/iu

/** Whether a name is a woman's, by how it ends: a guess, and the same one every time. */
const soundsFeminine = (name: string, chance: Chance): boolean => {
  const share = womens.test(name.trim()) ? 0.85 : mens.test(name.trim()) ? 0.05 : 0.3
  return chance() < share
}

const lookOf = ({ name, role, traits }: Character, chance: Chance): Look => {
  const words = wordsOf(`${name} ${role} ${traits.join(' ')}`)
  const kind = foundIn(words, species) ?? 'human'
  const age = tells(words, aged) ? 'old' : tells(words, childish) ? 'child' : 'adult'
  const guess = soundsFeminine(name, chance)
  const isFeminine = tells(words, feminine) || (!tells(words, masculine) && guess)
  const clothes = pick(cloths, chance)
  const [skin, hair, beard] = [pick(skins.slice(0, 5), chance), pick(hairs, chance), chance()]
  return {
    species: kind,
    age,
    isFeminine,
    skin: kind === 'human' ? skin : furs[kind],
    hair: age === 'old' ? pick(greyHairs, chance) : hair,
    clothes,
    trim: pick(trims, chance),
    hairstyle: Math.floor(chance() * 4),
    hasBeard: kind === 'human' && !isFeminine && age !== 'child' && beard < (age === 'old' ? 0.85 : 0.35),
    headwear: foundIn(words, headgear) ?? 'none',
  }
}

/** The colour that somebody is named after. */
const namedColour = ({ name, traits }: Character): Colour | undefined =>
  cloths[clothNames.findIndex((list) => tells(wordsOf(`${name} ${traits.join(' ')}`), list))]

/**
 * The looks of a cast: by name, role and traits, and no two in the same colour as long as there are colours, but for
 * those who are named after one.
 */
export const looksOf = (characters: Soundtrack['characters']): Look[] => {
  const worn = new Set(characters.map(namedColour))
  return characters.map((character) => {
    const look = lookOf(character, chanceOf(`${character.name}|${character.role}|${character.traits.join('|')}`))
    const first = cloths.indexOf(look.clothes)
    const turns = cloths.map((_, step) => cloths[(first + step) % cloths.length] as Colour)
    const clothes = namedColour(character) ?? turns.find((each) => !worn.has(each)) ?? look.clothes
    worn.add(clothes)
    return { ...look, clothes }
  })
}
