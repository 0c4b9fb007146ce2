export type Place = 'meadow' | 'forest' | 'river' | 'sea' | 'mountain' | 'village' | 'city' | 'castle' | 'room'
export type Hour = 'dawn' | 'day' | 'dusk' | 'night'
export type Weather = 'clear' | 'rain' | 'snow' | 'fog'

/** Where and when something happens. */
export interface Setting {
  place: Place
  hour: Hour
  weather: Weather
}

export const openCountry: Setting = { place: 'meadow', hour: 'day', weather: 'clear' }

interface Lexicon {
  place: Partial<Record<Place, string>>
  hour: Partial<Record<Hour, string>>
  weather: Partial<Record<Weather, string>>
}

/** Words that tell a setting; `*` stands for any ending. */
const lexicons: Readonly<Record<string, Lexicon>> = {
  en: {
    place: {
      meadow: 'meadow* field* pasture* hill* garden* grass flower* farm*',
      forest: 'forest* wood woods tree trees oak* pine* jungle* glade* thicket*',
      river: 'river* stream* brook* lake* pond* mill bank waterfall* bridge*',
      sea: 'sea seas ocean* beach* shore* ship* boat* sail* wave waves island* harbour* harbor* fisherm*',
      mountain: 'mountain* peak* cliff* cave* summit* valley* rock rocks',
      village: 'village* cottage* house houses hut huts barn* church*',
      city: 'city cities town* street* market* shop* station* tower* office* school*',
      castle: 'castle* palace* throne* king kingdom* queen* prince* princess* knight*',
      room: 'room rooms kitchen* bed bedroom* chamber* fireplace* hearth* oven* table* indoors chair* candle* stairs cellar*',
    },
    hour: {
      dawn: 'dawn* sunrise morning* daybreak awoke',
      day: 'noon midday afternoon* daylight sunshine day',
      dusk: 'evening* dusk sunset* twilight',
      night: 'night* midnight moon* star stars starlit dark darkness',
    },
    weather: {
      rain: 'rain* storm* thunder* lightning pour*',
      snow: 'snow* winter* ice icy frost* blizzard*',
      fog: 'fog* mist* haze*',
      clear: 'sun sunny sunshine sunlight summer*',
    },
  },
  de: {
    place: {
      meadow: 'wiese* feld felder* hügel* garten* gärt* gras blume* acker*',
      forest: 'wald* wälder* baum* bäume* eiche* tanne* dickicht* lichtung*',
      river: 'fluss* flüss* bach* see teich* mühle* ufer* brücke* brunnen*',
      sea: 'meer* ozean* strand* küste* schiff* boot* segel* welle* insel* hafen* fischer*',
      mountain: 'berg* gipfel* klippe* höhle* tal felsen*',
      village: 'dorf* dörfer* haus häus* hütte* scheune* kirche*',
      city: 'stadt* städt* straße* markt* laden* bahnhof* turm* schule*',
      castle: 'schloss* schlöss* burg* palast* thron* könig* prinz* ritter*',
      room: 'zimmer* küche* bett* kammer* stube* kamin* ofen* tisch* stuhl* kerze* treppe* keller*',
    },
    hour: {
      dawn: 'morgen* sonnenaufgang* dämmer* erwacht*',
      day: 'mittag* nachmittag* tag tages',
      dusk: 'abend* sonnenuntergang*',
      night: 'nacht* nächt* mitternacht* mond* stern* dunkel* finster*',
    },
    weather: {
      rain: 'regen* regnet* sturm* stürm* donner* blitz* gewitter*',
      snow: 'schnee* schneit* winter* eis eisig* frost*',
      fog: 'nebel* neblig* dunst*',
      clear: 'sonne sonnig* sonnenschein sommer*',
    },
  },
  es: {
    place: {
      meadow: 'prado* campo* colina* jardín* jardin* hierba* flor flores granja*',
      forest: 'bosque* árbol* roble* pino* selva* arboleda*',
      river: 'río* arroyo* lago* estanque* molino* orilla* puente*',
      sea: 'mar mares océano* playa* costa* barco* barca* vela* ola olas isla* puerto* pescador*',
      mountain: 'montaña* cumbre* acantilado* cueva* cima* valle* roca*',
      village: 'pueblo* aldea* casa casas cabaña* granero* iglesia*',
      city: 'ciudad* calle* mercado* tienda* estación* torre* escuela*',
      castle: 'castillo* palacio* trono* rey reina* reino* príncip* princesa* caballero*',
      room: 'habitación* cuarto* cocina* cama* chimenea* horno* mesa* silla* vela escalera* sótano*',
    },
    hour: {
      dawn: 'amanec* alba mañana* despertó',
      day: 'mediodía tarde* día',
      dusk: 'atardec* anochec* crepúscul* ocaso',
      night: 'noche* medianoche luna* estrella* oscur*',
    },
    weather: {
      rain: 'lluvia* llov* tormenta* trueno* relámpago*',
      snow: 'nieve* nev* invierno* hielo* helad*',
      fog: 'niebla* bruma*',
      clear: 'sol soleado* verano*',
    },
  },
}

const isWord = (word: string, pattern: string): boolean =>
  pattern.endsWith('*') ? word.startsWith(pattern.slice(0, -1)) : word === pattern

/** What most words tell; of several, what is told first. */
const told = <T extends string>(words: readonly string[], entries: Partial<Record<T, string>>): T | undefined => {
  const counts = new Map<T, number>()
  const kinds = Object.entries(entries).map(([kind, text]) => ({
    kind: kind as T,
    patterns: (text as string).split(' '),
  }))
  for (const word of words) {
    for (const { kind, patterns } of kinds) {
      if (patterns.some((pattern) => isWord(word, pattern))) counts.set(kind, (counts.get(kind) ?? 0) + 1)
    }
  }
  let [best, most] = [undefined as T | undefined, 0]
  for (const [kind, count] of counts) if (count > most) [best, most] = [kind, count]
  return best
}

/** The setting that a text names; what it does not name stays as it was. */
export const settingOf = (text: string, language: string, before: Setting): Setting => {
  const lexicon = lexicons[language.toLowerCase().split('-')[0] ?? '']
  if (!lexicon) return before
  const words = text.toLowerCase().match(/[\p{L}]+/gu) ?? []
  const place = told(words, lexicon.place) ?? before.place
  const hour = told(words, lexicon.hour) ?? before.hour
  // Elsewhere, or at another time, there is other weather.
  const isSame = place === before.place && hour === before.hour
  return { place, hour, weather: told(words, lexicon.weather) ?? (isSame ? before.weather : 'clear') }
}
