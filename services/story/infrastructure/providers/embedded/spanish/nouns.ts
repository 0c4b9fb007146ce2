import type { Noun } from '../language.ts'
import { words } from '../tokens.ts'

const MALE =
  words(`rey príncipe duque conde marqués barón caballero emperador sultán zar señor amo criado molinero campesino
labrador granjero panadero sastre zapatero tejedor comerciante mercader vendedor mendigo ladrón bandido médico doctor maestro
profesor alumno estudiante vecino amigo viajero huésped invitado cocinero jardinero pastor músico
violinista flautista juez abogado alcalde escribano conductor cochero guardia guardián oficial coronel capitán general ministro
consejero mensajero gigante enano duende elfo trol ogro fantasma espíritu ángel diablo demonio dragón genio mago brujo hechicero
monje fraile cura sacerdote obispo papa viudo soltero camarero actor pescador cazador leñador carpintero herrero policía inspector
detective cartero bombero posadero tabernero aprendiz soldado marinero barquero pirata ermitaño sabio poeta pintor cantante
albañil alfarero joyero orfebre relojero jefe director gerente dueño dependiente bibliotecario portero verdugo carcelero preso
noble hidalgo escudero paje lacayo mayordomo sirviente segador vaquero cabrero porquero arriero minero peregrino adivino dios
héroe heredero bufón payaso novio prometido mozo zagal ingeniero periodista escritor científico farero pasajero cliente notario
carnicero barbero tendero ventero jinete sargento vigilante muñeco espantapájaros robot vampiro monstruo ayudante compañero socio
lobo zorro oso león tigre leopardo elefante mono conejo ratón perro gato cachorro caballo potro burro asno mulo toro buey
cerdo lechón cordero carnero chivo cabrito gallo pollo pollito pato ganso cisne pavo cuervo gorrión ruiseñor búho halcón cóndor
gavilán pavo loro sapo cocodrilo lagarto pez tiburón salmón cangrejo caracol gusano escarabajo grillo saltamontes mosquito
erizo tejón castor topo ciervo venado camello chacal canguro murciélago delfín pulpo pingüino coyote puma jaguar quetzal colibrí
tlacuache armadillo mapache buitre jilguero pájaro-carpintero petirrojo mirlo abejorro zángano tejón lirón camaleón`)
const FEMALE =
  words(`reina princesa duquesa condesa marquesa baronesa dama emperatriz sultana señora señorita ama criada molinera
campesina granjera panadera costurera tejedora comerciante vendedora mendiga ladrona doctora médica maestra profesora alumna
estudiante vecina amiga viajera invitada cocinera jardinera pastora jueza alcaldesa giganta enana hada elfa
ogra fantasma diosa bruja maga hechicera monja abadesa viuda camarera actriz pescadora cazadora sirena ninfa nodriza niñera
enfermera lavandera posadera tabernera sirvienta doncella dueña jefa directora bibliotecaria portera heroína heredera novia
prometida moza zagala ingeniera periodista escritora científica pasajera clienta inspectora capitana adivina gitana partera
hilandera institutriz hermanita compañera muñeca anfitriona
loba zorra osa leona tigresa mona coneja ratona perra gata yegua burra mula vaca cerda oveja cabra gallina pata gansa
paloma cigüeña golondrina alondra lechuza águila urraca grulla garza rana tortuga serpiente culebra víbora lagartija ballena trucha
araña hormiga abeja avispa mosca mariposa cigarra libélula liebre ardilla comadreja nutria cierva jirafa hiena cebra foca gaviota
ostra langosta oruga pulga luciérnaga mariquita rata cucaracha lombriz perdiz codorniz iguana llama vicuña alpaca jutía`)
const KIN: Readonly<Record<string, readonly [string, 'm' | 'f']>> = {
  padre: ['padre', 'm'],
  papá: ['padre', 'm'],
  madre: ['madre', 'f'],
  mamá: ['madre', 'f'],
  mami: ['madre', 'f'],
  papi: ['padre', 'm'],
  hijo: ['hijo', 'm'],
  hija: ['hija', 'f'],
  hermano: ['hermano', 'm'],
  hermana: ['hermana', 'f'],
  abuelo: ['abuelo', 'm'],
  abuela: ['abuela', 'f'],
  nieto: ['nieto', 'm'],
  nieta: ['nieta', 'f'],
  tío: ['tío', 'm'],
  tía: ['tía', 'f'],
  sobrino: ['sobrino', 'm'],
  sobrina: ['sobrina', 'f'],
  primo: ['primo', 'm'],
  prima: ['prima', 'f'],
  esposo: ['marido', 'm'],
  marido: ['marido', 'm'],
  esposa: ['esposa', 'f'],
  suegro: ['suegro', 'm'],
  suegra: ['suegra', 'f'],
  yerno: ['yerno', 'm'],
  nuera: ['nuera', 'f'],
  cuñado: ['cuñado', 'm'],
  cuñada: ['cuñada', 'f'],
  padrastro: ['padrastro', 'm'],
  madrastra: ['madrastra', 'f'],
  hermanastra: ['hermanastra', 'f'],
  hermanastro: ['hermanastro', 'm'],
  hijastra: ['hijastra', 'f'],
  hijastro: ['hijastro', 'm'],
  padrino: ['padrino', 'm'],
  madrina: ['madrina', 'f'],
  compadre: ['compadre', 'm'],
  comadre: ['comadre', 'f'],
  yaya: ['abuela', 'f'],
}
const GENERIC: Readonly<
  Record<string, readonly ['m' | 'f' | undefined, 'young' | 'old' | undefined, 'person' | 'animal']>
> = {
  señor: ['m', undefined, 'person'],
  señora: ['f', undefined, 'person'],
  dama: ['f', undefined, 'person'],
  hombre: ['m', undefined, 'person'],
  desconocido: ['m', undefined, 'person'],
  desconocida: ['f', undefined, 'person'],
  forastero: ['m', undefined, 'person'],
  forastera: ['f', undefined, 'person'],
  mujer: ['f', undefined, 'person'],
  niño: ['m', 'young', 'person'],
  niña: ['f', 'young', 'person'],
  muchacho: ['m', 'young', 'person'],
  muchacha: ['f', 'young', 'person'],
  chico: ['m', 'young', 'person'],
  chica: ['f', 'young', 'person'],
  joven: [undefined, 'young', 'person'],
  chiquillo: ['m', 'young', 'person'],
  chiquilla: ['f', 'young', 'person'],
  viejo: ['m', 'old', 'person'],
  vieja: ['f', 'old', 'person'],
  anciano: ['m', 'old', 'person'],
  anciana: ['f', 'old', 'person'],
  pequeño: ['m', 'young', 'person'],
  pequeña: ['f', 'young', 'person'],
  bebé: [undefined, 'young', 'person'],
  animal: [undefined, undefined, 'animal'],
  criatura: [undefined, undefined, 'animal'],
  bestia: [undefined, undefined, 'animal'],
  pájaro: ['m', undefined, 'animal'],
  ave: ['f', undefined, 'animal'],
  animalito: [undefined, undefined, 'animal'],
  persona: [undefined, undefined, 'person'],
  tipo: ['m', undefined, 'person'],
  crío: ['m', 'young', 'person'],
  cría: ['f', 'young', 'person'],
  chaval: ['m', 'young', 'person'],
  rapaz: ['m', 'young', 'person'],
  mozalbete: ['m', 'young', 'person'],
  viejecita: ['f', 'old', 'person'],
  viejecito: ['m', 'old', 'person'],
  viejita: ['f', 'old', 'person'],
  viejito: ['m', 'old', 'person'],
}
const males = [...MALE]
const females = [...FEMALE]
const FAUNA = new Set([...males.slice(males.indexOf('lobo')), ...females.slice(females.indexOf('loba'))])

const direct = (lower: string): Noun | undefined => {
  const generic = GENERIC[lower]
  if (generic)
    return { lemma: lower, gender: generic[0], age: generic[1], plural: false, kind: generic[2], generic: true }
  const kin = KIN[lower]
  if (kin) return { lemma: kin[0], gender: kin[1], plural: false, kind: 'kin', generic: false }
  const gender = MALE.has(lower) ? 'm' : FEMALE.has(lower) ? 'f' : undefined
  return gender && { lemma: lower, gender, plural: false, kind: FAUNA.has(lower) ? 'animal' : 'person', generic: false }
}

const DIMINUTIVE = /^(?<stem>.{2,}?)(?:e?c|z)?(?:it|ill|uel)(?<vowel>[oa])$/u
const RESPELT: Readonly<Record<string, string>> = { qu: 'c', gu: 'g', c: 'z' }

/** "ratoncito", "cerdito", "gallinita": a small one of its kind. */
const diminutive = (lower: string): Noun | undefined => {
  const { stem, vowel } = DIMINUTIVE.exec(lower)?.groups ?? {}
  if (stem === undefined || vowel === undefined) return undefined
  const stems = [
    stem,
    ...Object.entries(RESPELT).flatMap(([from, to]) => (stem.endsWith(from) ? [stem.slice(0, -from.length) + to] : [])),
  ]
  const accented = stems.flatMap((one) => [
    one,
    one.replace(/a(?=[^aeiou]*$)/u, 'á'),
    one.replace(/o(?=[^aeiou]*$)/u, 'ó'),
    one.replace(/e(?=[^aeiou]*$)/u, 'é'),
  ])
  const noun = accented
    .flatMap((one) => [one + vowel, one, `${one}e`, `${one}ón`])
    .map(direct)
    .find(Boolean)
  return noun
}

/** The being a Spanish noun names, singular or plural. */
export const spanishNoun = (lower: string): Noun | undefined => {
  const found = direct(lower) ?? diminutive(lower)
  if (found) return found
  if (!lower.endsWith('s')) return undefined
  const shorter = lower.slice(0, -1)
  const es = lower.endsWith('es') ? lower.slice(0, -2) : shorter
  const zed = lower.endsWith('ces') ? `${lower.slice(0, -3)}z` : shorter
  const accent = es.replace(/o(?=n$)/u, 'ó').replace(/e(?=s$)/u, 'é')
  const one = [shorter, es, accent, zed].map((form) => direct(form) ?? diminutive(form)).find(Boolean)
  return one && { ...one, plural: true }
}
