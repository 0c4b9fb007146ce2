import type { ReadSpan } from './reading.ts'

/** Words that speak of a theme; `*` stands for any ending. */
const THEMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  en: {
    family: 'mother father brother* sister* son daughter* child* grand* parent* family wife husband aunt uncle',
    friendship: 'friend* companion* together help* share* neighbour* neighbor*',
    love: 'love* kiss* marr* wedding heart sweetheart beloved bride*',
    courage: 'brave* courage* dare* fight* fought hero* bold* fearless*',
    greed: 'gold* rich* treasure* money coin* greed* silver jewel* pearl* wealth*',
    poverty: 'poor* hungry hunger starv* beg* poverty rags crust half loaf',
    deception: 'trick* lie* lied cheat* pretend* disguise* deceiv* fool* false* cunning',
    nature: 'forest* wood* tree* river* sea flower* field* mountain* snow storm wind',
    journey: 'road path travel* journey* walk* wander* home way ship* sail* return*',
    magic: 'magic* witch* fairy fairies spell* wish* enchant* wizard* dragon* giant* charm*',
    death: 'death dead die* died dying grave* kill* bury buried mourn*',
    justice: 'punish* justice judge* fair law* reward* deserv* promise* crime* prison*',
    work: 'work* mill* plough* sew* spin* bake* build* built labour* tailor* craft* lazy',
    childhood: 'child* boy* girl* play* toy* school* young*',
    power: 'king* queen* prince* throne crown* castle* palace* command* rule* soldier*',
    loneliness: 'alone lonely lonel* nobody silence silent empty lost',
    war: 'war battle* soldier* army sword* enemy enemies weapon*',
  },
  de: {
    family:
      'mutter vater bruder* brüder* schwester* sohn söhne tochter töchter kind* groß* eltern familie tante onkel ehefrau',
    friendship: 'freund* gefährte* gemeinsam zusammen hilf* half* teil* nachbar*',
    love: 'liebe* küss* kuss heirat* hochzeit herz braut* bräutigam',
    courage: 'mut mutig* tapfer* kämpf* wagte* held* kühn*',
    greed: 'gold* reich* schatz schätze geld silber* gier* edelstein* perle* taler',
    poverty: 'arm arme* hunger* hungrig* bettel* not elend* armut',
    deception: 'list* log lüge* betrog* betrüg* verkleid* täusch* falsch* schlau*',
    nature: 'wald* baum bäume* fluss meer blume* feld* berg* schnee sturm wind bach see',
    journey: 'weg* reise* wander* straße* heim* zuhause schiff* zog kehrte*',
    magic: 'zauber* hexe* fee* wunsch wünsche* verwunsch* verzaubert* drache* riese* zwerg*',
    death: 'tod* tot* starb* sterb* grab* töte* begrab*',
    justice: 'straf* gerecht* richter* lohn* verdien* gesetz* versprech* versprach gefängnis',
    work: 'arbeit* mühle* müller* näh* spinn* back* bau* handwerk* schneider* faul* fleiß*',
    childhood: 'kind* junge* mädchen spiel* schule* klein*',
    power: 'könig* prinz* thron* krone* schloss* befahl* herrsch* soldat* kaiser*',
    loneliness: 'allein* einsam* niemand still* leer* verlassen* verloren',
    war: 'krieg* schlacht* soldat* heer schwert* feind* waffe*',
  },
  es: {
    family: 'madre padre herman* hij* abuel* niet* familia tí* espos* marido padres',
    friendship: 'amig* compañer* juntos ayud* compart* vecin*',
    love: 'amor* bes* cas* boda corazón novi* enamor*',
    courage: 'valient* valor* atrev* luch* héroe* coraje* osad*',
    greed: 'oro rico* rica* tesoro* dinero moneda* avar* codici* plata joya* perla* fortuna',
    poverty: 'pobre* hambre* mendig* miseria* harap*',
    deception: 'engañ* mentir* mentí* minti* trampa* disfraz* fing* astut* burl*',
    nature: 'bosque* árbol* río mar flor* campo* montaña* nieve viento tormenta* prado*',
    journey: 'camino* viaj* sendero* volv* casa barco* regres* march*',
    magic: 'mag* bruj* hada* hechiz* encant* deseo* dragón* gigante* ogro* varita',
    death: 'muert* mori* murió tumba* mat* enterr*',
    justice: 'castig* justici* juez* premi* merec* ley* promes* cárcel prometi*',
    work: 'trabaj* molin* cos* hil* pan* constru* sastre* perezos* labr*',
    childhood: 'niñ* jug* juguete* escuela* pequeñ* muchach*',
    power: 'rey* rein* príncipe* princesa* trono corona* palacio* castillo* mand* orden* soldado*',
    loneliness: 'solo sola solitari* soledad nadie silenci* vací* perdid*',
    war: 'guerra* batalla* soldado* ejército* espada* enemig* arma*',
  },
}
const MOST_THEMES = 5
const FEWEST_WORDS = 3

/** The themes a story's words speak of most, strongest first. */
export const findThemes = (spans: readonly ReadSpan[], code: string): string[] => {
  const counts = new Map<string, number>()
  for (const span of spans)
    for (const { tokens } of span.sentences)
      for (const token of tokens) if (token.word) counts.set(token.lower, (counts.get(token.lower) ?? 0) + 1)
  const scores = Object.entries(THEMES[code] ?? {}).map(([theme, list]) => {
    const patterns = list.split(' ')
    const exact = new Set(patterns.filter((pattern) => !pattern.endsWith('*')))
    const prefixes = patterns.filter((pattern) => pattern.endsWith('*')).map((pattern) => pattern.slice(0, -1))
    let hits = 0
    let kinds = 0
    for (const [word, n] of counts) {
      if (!exact.has(word) && !prefixes.some((prefix) => word.startsWith(prefix))) continue
      hits += Math.min(n, 8)
      kinds += 1
    }
    return { theme, hits, score: hits * Math.sqrt(kinds) }
  })
  return scores
    .filter(({ hits }) => hits >= FEWEST_WORDS)
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST_THEMES)
    .map(({ theme }) => theme)
}
