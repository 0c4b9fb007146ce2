/** Words the binders add of their own, in the language of the book. */
export interface Labels {
  contents: string
  characters: string
  roles: Map<string, string>
}

const labels = (
  contents: string,
  characters: string,
  protagonist: string,
  supporting: string,
  narrator: string,
): Labels => ({ contents, characters, roles: new Map(Object.entries({ protagonist, supporting, narrator })) })

const ENGLISH = labels('Contents', 'Characters', 'protagonist', 'supporting character', 'narrator')

const LABELS: Record<string, Labels> = {
  ar: labels('المحتويات', 'الشخصيات', 'البطل', 'شخصية ثانوية', 'الراوي'),
  de: labels('Inhalt', 'Figuren', 'Hauptfigur', 'Nebenfigur', 'Erzählstimme'),
  el: labels('Περιεχόμενα', 'Πρόσωπα', 'πρωταγωνιστής', 'δευτερεύων χαρακτήρας', 'αφηγητής'),
  en: ENGLISH,
  es: labels('Índice', 'Personajes', 'protagonista', 'personaje secundario', 'voz narrativa'),
  fa: labels('فهرست', 'شخصیت‌ها', 'شخصیت اصلی', 'شخصیت فرعی', 'راوی'),
  fr: labels('Sommaire', 'Personnages', 'protagoniste', 'personnage secondaire', 'voix narrative'),
  he: labels('תוכן העניינים', 'הדמויות', 'דמות ראשית', 'דמות משנה', 'קול המספר'),
  hi: labels('विषय-सूची', 'पात्र', 'मुख्य पात्र', 'सहायक पात्र', 'कथावाचक'),
  it: labels('Indice', 'Personaggi', 'protagonista', 'personaggio secondario', 'voce narrante'),
  nl: labels('Inhoud', 'Personages', 'hoofdpersoon', 'bijfiguur', 'verteller'),
  pt: labels('Índice', 'Personagens', 'protagonista', 'personagem secundária', 'voz narrativa'),
  ru: labels('Содержание', 'Действующие лица', 'главный герой', 'второстепенный персонаж', 'рассказчик'),
  vi: labels('Mục lục', 'Nhân vật', 'nhân vật chính', 'nhân vật phụ', 'người kể chuyện'),
}

const RIGHT_TO_LEFT = new Set(['Adlm', 'Arab', 'Hebr', 'Mand', 'Nkoo', 'Rohg', 'Samr', 'Syrc', 'Thaa'])

/** The tag in canonical form, or `und` if it is not a BCP 47 tag. */
export const canonicalLanguage = (tag: string): string => {
  try {
    return Intl.getCanonicalLocales(tag.trim().replaceAll('_', '-'))[0] ?? 'und'
  } catch (error) {
    if (error instanceof RangeError) return 'und'
    throw error
  }
}

/** The direction of the script a canonical tag names or implies. */
export const directionOf = (language: string): 'ltr' | 'rtl' =>
  RIGHT_TO_LEFT.has(new Intl.Locale(language).maximize().script ?? '') ? 'rtl' : 'ltr'

/** Labels for a canonical tag; English ones for a language that has none here. */
export const labelsFor = (language: string): Labels => LABELS[new Intl.Locale(language).language] ?? ENGLISH
