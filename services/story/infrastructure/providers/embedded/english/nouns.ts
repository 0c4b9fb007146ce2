import type { Noun } from '../noun.ts'
import { words } from '../tokens.ts'

const MALE = words(`king prince duke lord count baron knight emperor sultan tsar czar bridegroom groom wizard
warlock monk friar priest bishop pope abbot widower bachelor waiter actor huntsman woodsman squire steward
nobleman landlord headmaster schoolmaster blacksmith god sorcerer magician miller tailor cobbler shoemaker woodcutter
hunter soldier sailor captain sergeant merchant ferryman boatman sheriff swineherd butcher cowherd goatherd
wolf rooster cock bull ox ram stag gander drake tomcat stallion boar vicar parson cowboy emir shah mandarin samurai`)
const FEMALE = words(`queen princess duchess countess baroness empress tsarina sultana maiden maid bride witch
sorceress enchantress nun widow waitress actress mermaid fairy nurse housemaid washerwoman landlady goddess hostess
heiress nanny governess shepherdess seamstress milkmaid laundress midwife matron handmaid abbess priestess
hen cow sow mare ewe doe goose lioness tigress vixen nightingale duchess ballerina housekeeper`)
const EITHER = words(`servant farmer peasant baker weaver trader beggar thief robber doctor teacher student pupil
neighbour neighbor friend traveller traveler guest cook gardener shepherd musician minstrel fiddler piper
drummer judge lawyer mayor clerk driver pilot officer guard colonel general minister advisor adviser messenger giant
dwarf elf goblin troll ogre imp gnome ghost spirit angel devil demon dragon monster genie apprentice master mistress
innkeeper host shopkeeper hermit scholar poet artist painter singer dancer carpenter mason potter jeweller jeweler
goldsmith watchmaker clockmaker librarian secretary boss manager detective inspector orphan heir leader chief elder
ruler owner customer passenger conductor keeper villager porter courtier chancellor fisher smith ploughman huntsman
bricklayer woodman builder barber astronomer engineer nurse clown juggler pirate captor jailer gaoler prisoner
pedlar peddler tinker wanderer pilgrim philosopher sage prophet oracle statue scarecrow puppet doll snowman robot
astronaut scientist professor principal headmistress tutor coach player singer wife-to-be councillor ambassador
magistrate executioner warden watchman nightwatchman caretaker janitor plumber mechanic waiter bartender cashier
landowner squire vendor seller hawker fishmonger grocer baker-woman tenant lodger roommate colleague intern surgeon
patient dentist therapist reporter journalist editor novelist writer printer inventor sculptor acrobat chef
midget hag crone siren nymph kelpie banshee vampire werewolf phantom skeleton mummy wraith sprite pixie brownie
leprechaun selkie djinn
fox bear lion tiger leopard panther elephant monkey ape rabbit hare mouse rat cat kitten dog puppy hound horse pony
donkey ass mule calf pig piglet hog sheep lamb goat billy-goat chicken chick duck duckling gosling swan turkey crow
raven magpie jackdaw sparrow swallow lark robin dove pigeon owl eagle hawk falcon stork crane heron peacock parrot
frog toad turtle tortoise snake serpent lizard crocodile alligator fish whale shark salmon trout pike crab lobster
snail worm spider ant bee wasp fly butterfly moth grasshopper cricket beetle ladybird ladybug hedgehog badger otter
beaver squirrel mole weasel deer fawn camel jackal hyena zebra giraffe hippo hippopotamus rhinoceros kangaroo bat
seal penguin walrus dolphin octopus oyster seagull gull cuckoo thrush blackbird finch wren kingfisher coyote buffalo
bison moose reindeer elk cub pup foal colt mosquito gnat flea caterpillar dragonfly porcupine raccoon skunk possum
chipmunk hamster guinea-pig ferret lynx cheetah gorilla chimpanzee baboon sloth armadillo vulture condor ostrich`)
const KIN_MALE = new Map(
  Object.entries({
    father: 'father dad daddy papa pa pop',
    grandfather: 'grandfather grandpa grandad granddad gramps',
    husband: 'husband',
    son: 'son',
    brother: 'brother',
    uncle: 'uncle',
    nephew: 'nephew',
    grandson: 'grandson',
    stepfather: 'stepfather',
    stepson: 'stepson',
    stepbrother: 'stepbrother',
    godfather: 'godfather',
    'father-in-law': 'father-in-law',
    'son-in-law': 'son-in-law',
    'brother-in-law': 'brother-in-law',
  }).flatMap(([lemma, forms]) => forms.split(' ').map((form) => [form, lemma] as const)),
)
const KIN_FEMALE = new Map(
  Object.entries({
    mother: 'mother mum mom mommy mummy mama mamma ma',
    wife: 'wife',
    daughter: 'daughter',
    sister: 'sister',
    grandmother: 'grandmother grandma granny gran nana nan',
    aunt: 'aunt auntie aunty',
    niece: 'niece',
    granddaughter: 'granddaughter',
    stepmother: 'stepmother',
    stepdaughter: 'stepdaughter',
    stepsister: 'stepsister',
    godmother: 'godmother',
    'mother-in-law': 'mother-in-law',
    'daughter-in-law': 'daughter-in-law',
    'sister-in-law': 'sister-in-law',
  }).flatMap(([lemma, forms]) => forms.split(' ').map((form) => [form, lemma] as const)),
)
const KIN_EITHER = words('parent cousin twin sibling grandchild stepchild relative')
const ANIMALS = words(`wolf rooster cock bull ox ram stag gander drake tomcat stallion boar hen cow sow mare ewe doe
goose lioness tigress vixen nightingale`)
const GENERIC = new Map<string, Noun>(
  [
    ['man', 'm', undefined],
    ['fellow', 'm', undefined],
    ['boy', 'm', 'young'],
    ['lad', 'm', 'young'],
    ['woman', 'f', undefined],
    ['lady', 'f', undefined],
    ['gentleman', 'm', undefined],
    ['girl', 'f', 'young'],
    ['lass', 'f', 'young'],
    ['child', undefined, 'young'],
    ['youth', 'm', 'young'],
    ['stranger', undefined, undefined],
    ['person', undefined, undefined],
    ['baby', undefined, 'young'],
    ['kid', undefined, 'young'],
    ['youngster', undefined, 'young'],
    ['teenager', undefined, 'young'],
    ['toddler', undefined, 'young'],
    ['infant', undefined, 'young'],
  ].map(([lemma, gender, age]) => [
    lemma as string,
    { lemma, gender, age, plural: false, kind: 'person', generic: true } as Noun,
  ]),
)
for (const lemma of ['creature', 'animal', 'beast', 'bird', 'insect'])
  GENERIC.set(lemma, { lemma, gender: undefined, plural: false, kind: 'animal', generic: true })

const IRREGULAR: Readonly<Record<string, string>> = {
  men: 'man',
  women: 'woman',
  children: 'child',
  people: 'person',
  mice: 'mouse',
  geese: 'goose',
  wolves: 'wolf',
  wives: 'wife',
  thieves: 'thief',
  elves: 'elf',
  dwarves: 'dwarf',
  oxen: 'ox',
  calves: 'calf',
  gentlemen: 'gentleman',
  gentlewoman: 'lady',
  folk: 'person',
  brethren: 'brother',
}
const NO_PLURAL = words('goose ass princess duchess mistress empress hostess actress waitress lioness boss abbess')

const singular = (lower: string): Noun | undefined => {
  const generic = GENERIC.get(lower)
  if (generic) return generic
  const father = KIN_MALE.get(lower)
  if (father) return { lemma: father, gender: 'm', plural: false, kind: 'kin', generic: false }
  const mother = KIN_FEMALE.get(lower)
  if (mother) return { lemma: mother, gender: 'f', plural: false, kind: 'kin', generic: false }
  if (KIN_EITHER.has(lower)) return { lemma: lower, gender: undefined, plural: false, kind: 'kin', generic: false }
  const gender = MALE.has(lower) ? 'm' : FEMALE.has(lower) ? 'f' : undefined
  const kind = ANIMALS.has(lower) || animal(lower) ? 'animal' : 'person'
  if (gender || EITHER.has(lower)) return { lemma: lower, gender, plural: false, kind, generic: false }
  if (/.{3}woman$/u.test(lower)) return { lemma: lower, gender: 'f', plural: false, kind: 'person', generic: false }
  if (/.{3}man$/u.test(lower) && !/^(?:human|roman|german|woman|shaman)$/u.test(lower))
    return { lemma: lower, gender: 'm', plural: false, kind: 'person', generic: false }
  return undefined
}

const list = [...EITHER]
const fauna = new Set(list.slice(list.indexOf('fox')))
const animal = (lower: string): boolean => fauna.has(lower)

/** The being an English word names, singular or plural. */
export const englishNoun = (lower: string): Noun | undefined => {
  const found = singular(lower)
  if (found) return found
  const irregular = IRREGULAR[lower]
  const lemma =
    irregular ??
    (/men$/u.test(lower) && lower.length > 5
      ? lower.replace(/men$/u, 'man')
      : lower.endsWith('ies')
        ? lower.replace(/ies$/u, 'y')
        : /(?:ch|sh|x|ss|z)es$/u.test(lower)
          ? lower.slice(0, -2)
          : lower.endsWith('s') && !NO_PLURAL.has(lower)
            ? lower.slice(0, -1)
            : undefined)
  const one = lemma === undefined ? undefined : singular(lemma)
  return one && { ...one, plural: true }
}
