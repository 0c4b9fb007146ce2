/** Words of feeling, per language and emotion. `*` stands for any ending, a number for the intensity (5 unless told). */
type Lexicon = Readonly<Record<string, string>>

export interface Feelings {
  lexicon: Lexicon
  intensifiers: string
  diminishers: string
  negations: string
}

const english: Feelings = {
  lexicon: {
    joy: `happy happi* 5 glad* 5 joy* 7 delight* 6 cheer* 5 merr* 5 laugh* 5 smil* 4 grin* 4 danc* 4 rejoic* 7 pleas* 3 content* 3
      bliss* 8 ecsta* 9 overjoyed 9 jubila* 8 giggl* 4 celebrat* 5 thrill* 7 wonderful 5 lucky 4 chuckl* 4`,
    sadness: `sad* 5 sorrow* 7 unhapp* 6 cry 5 cried 4 crying 6 weep* 6 wept 7 tear 3 tears 6 sob* 7 grief 8 griev* 8 mourn* 7
      miser* 7 gloom* 5 heartbr* 9 despair* 8 wretched 7 melanchol* 6 sigh* 3 lament* 6 dejected 6 downcast 5 sorry 3`,
    anger: `ang* 0 anger* 6 angry 6 angri* 6 furious* 9 fury 9 rage* 8 raging 8 wrath* 8 cross 4 crossly 4 mad 4 annoy* 4 irritat* 4 snarl* 6
      growl* 5 hate* 7 hatred 8 storm* 4 outrag* 8 indignan* 6 roar* 5 scold* 4 temper 4 resent* 5 bitter* 5 bellow* 5`,
    fear: `afraid 6 fear* 6 fright* 6 terr* 0 terror* 9 terrified 9 terrify* 8 terrible 5 scare* 6 scared 6 panic* 8 dread* 7 horr* 7 tremb* 6
      shudder* 6 shiver* 4 alarm* 5 anxious* 5 worr* 4 nervous* 4 timid* 3 shak* 3 creep* 3 pale 3 flee* 4 fled 5`,
    surprise: `surpris* 6 astonish* 7 amaz* 7 startl* 6 stunned 7 gasp* 5 wonder 3 wondered 3 marvel* 5 suddenly 2 unexpected* 5 speechless 6
      bewilder* 5 dumbfounded 7`,
    love: `love* 7 loving* 7 beloved 7 darling 5 dear 3 dearest 5 kiss* 6 embrac* 6 hug* 5 tender* 5 ador* 7 affection* 6 cherish* 6 fond* 4
      sweetheart 6`,
    disgust: `disgust* 7 loath* 7 revolt* 5 nasty 5 horrid 5 filthy 5 foul 5 stench 5 repuls* 7 hideous 6 sicken* 6`,
    hope: `hope* 5 hoping 5 wish* 3 trust* 4 faith 5 promis* 3 believ* 3 optimis* 5 longed 5 longing 6 yearn* 6`,
    pride: `proud* 6 pride 6 triumph* 7 boast* 4 victor* 6 honour* 4 honor* 4`,
    shame: `asham* 6 shame* 6 guilt* 6 embarrass* 5 blush* 4 humiliat* 7 regret* 5 remors* 7 apolog* 3`,
    loneliness: `lonely 6 lonel* 6 alone 4 abandon* 6 forsaken 7 homesick* 6 deserted 4`,
    relief: `relie* 5 calm* 3 peace* 4 safe 4 saved 5 rescued 5 free 3 grateful* 5 thankful* 5 comfort* 4 soothe* 4`,
    curiosity: `curious* 5 curiosity 5 eager* 4 interested 3 fascinat* 5 peer* 3 peep* 3`,
    envy: `envy 6 envious* 6 envied 6 jealous* 7 greed* 5 covet* 5`,
  },
  intensifiers: `very so too extremely terribly awfully utterly completely deeply really truly quite bitterly greatly most such absolutely`,
  diminishers: `little slightly somewhat rather bit fairly almost barely hardly`,
  negations: `not no never none nothing neither nor without cannot n't hardly don't didn't doesn't wasn't isn't weren't aren't couldn't can't won't`,
}

const german: Feelings = {
  lexicon: {
    joy: `froh* 6 fröhlich* 6 freu* 6 glück* 6 lach* 5 lächel* 4 jubel* 8 heiter* 5 lustig* 5 vergnüg* 6 munter* 4 selig* 8 tanz* 4
      begeister* 7 strahl* 5 kicher* 4 grins* 4 zufrieden* 4 wunderbar* 5 fein 2 entzück* 7`,
    sadness: `traurig* 6 trauer* 7 weint* 6 weinen* 6 weinend* 6 träne* 6 schluchz* 7 kummer* 7 leid 4 elend* 6 unglück* 7 betrübt* 6 verzweif* 8 jammer* 6
      klag* 5 seufz* 4 schmerz* 5 heul* 6 bekümmert* 6 niedergeschlagen* 6 wehmut* 6`,
    anger: `zorn* 7 wut 8 wüt* 8 ärger* 5 bös* 4 grimm* 6 rasend* 8 tob* 6 schimpf* 5 empör* 6 hass* 7 verdross* 5 verdrieß* 5 fauch* 5
      brüll* 6 erbost* 6 gereizt* 4 grollt* 5`,
    fear: `angst* 7 ängst* 6 furcht* 6 fürcht* 6 schreck* 7 erschr* 6 entsetz* 8 grau* 0 grauen 7 grausen 7 gruselt* 5 zitter* 6 beb* 5 panik* 8
      bang* 5 sorge 4 sorgen 4 scheu* 3 schauder* 6 unheimlich* 5 bleich* 3 flieh* 4 floh 5 verstört* 6`,
    surprise: `überrasch* 6 erstaun* 6 staun* 5 verwunder* 5 wundert* 4 wunderte 4 verblüfft* 6 plötzlich* 2 stutz* 4 sprachlos* 6 verdutzt* 5`,
    love: `lieb 4 liebt* 7 liebe 7 liebevoll* 6 liebling* 5 liebste 5 küss* 6 kuss 6 umarm* 6 herz 3 zärtlich* 6 zart* 2 gernhatte 5 schatz 4 geliebt* 7 innig* 6`,
    disgust: `ekel* 7 eklig* 6 garstig* 5 abscheu* 7 widerlich* 6 scheußlich* 6 hässlich* 4 grässlich* 6 stank* 4`,
    hope: `hoff* 5 wünsch* 3 sehn* 0 sehnsucht* 7 sehnte* 6 vertrau* 5 versprach 3 versprech* 3 zuversicht* 6 glaubte 2`,
    pride: `stolz* 6 triumph* 7 prahl* 4 sieg* 5 ehre 4`,
    shame: `scham* 6 schäm* 6 schuld* 5 verlegen* 5 errötet* 4 reu* 5 bereu* 6 peinlich* 5 beschämt* 6`,
    loneliness: `einsam* 6 allein 4 verlassen* 5 heimweh 7 verloren 4`,
    relief: `erleichter* 6 ruhig* 3 sicher 3 gerettet* 6 rettet* 5 frei 3 dankbar* 5 dank* 3 getröstet* 5 tröst* 4 frieden 4 beruhig* 4`,
    curiosity: `neugier* 5 gespannt* 4 lugt* 3 wissbegierig* 5`,
    envy: `neid* 6 eifersücht* 7 eifersucht 7 gier* 5 missgön* 5 missgunst 6 geiz* 4`,
  },
  intensifiers: `sehr so ganz gar überaus furchtbar schrecklich unendlich bitterlich zutiefst höchst wirklich richtig über außer vor`,
  diminishers: `etwas wenig bisschen ein ziemlich fast beinahe kaum`,
  negations: `nicht kein keine keinen keinem keiner nie niemals ohne nichts weder noch`,
}

const spanish: Feelings = {
  lexicon: {
    joy: `feli* 6 felic* 6 alegr* 6 content* 5 ris* 5 rió 5 reía* 5 reír* 5 sonri* 4 sonre* 4 gozo* 7 dicha 7 dichos* 7 júbilo 8 encanta* 5
      diver* 0 divertid* 5 divirt* 5 bail* 4 carcajada* 6 celebr* 4 entusias* 6 maravill* 5`,
    sadness: `trist* 6 llor* 6 llanto 7 lágrima* 6 pena* 5 dolor* 5 sollo* 7 desdich* 7 amarg* 5 afligi* 6 aflig* 6 suspir* 4 melancol* 6
      desesper* 8 desconsol* 7 lament* 6 desgraci* 6 aflij* 5 luto 6 gimi* 6 gemi* 6`,
    anger: `ira 7 iracund* 8 furi* 8 enfad* 6 enoj* 6 rabi* 7 cóler* 8 coler* 7 irrit* 5 odi* 7 gruñ* 4 rug* 5 indign* 6 bram* 5 malhumor* 5 enfurec* 8`,
    fear: `mied* 6 tem* 0 temor* 6 temía* 5 temió 5 temibl* 5 terr* 0 terror* 9 terribl* 5 aterr* 8 asust* 6 susto* 6 espant* 7 horror* 8 horrori* 8 pánico 8
      tembl* 6 tirit* 4 pavor* 8 angusti* 7 preocup* 4 nervios* 4 pálid* 3 huy* 4 escalofr* 6`,
    surprise: `sorpr* 6 asombr* 6 estup* 0 estupefact* 7 estupor 6 atónit* 7 boquiabiert* 6 pasm* 6 extrañ* 3 repente 2 admira* 4 desconcert* 5`,
    love: `am* 0 amor* 7 amaba* 7 amó 7 amad* 6 querid* 5 quería* 3 bes* 5 abraz* 6 cariñ* 6 tern* 0 ternura 6 tiern* 4 enamor* 8 ador* 6 corazón 3`,
    disgust: `asc* 0 asco 7 asqueros* 7 repugn* 7 horribl* 6 hediond* 6 asqueab* 6 desagrad* 4 inmund* 6`,
    hope: `esperanz* 6 ojalá 5 dese* 3 anhel* 6 confi* 4 prome* 3 ilusi* 5 soñ* 4 añor* 6`,
    pride: `orgull* 6 triunf* 7 presum* 4 vanidos* 4 victori* 6 honor 4 honra 4`,
    shame: `vergüenza 6 avergonz* 6 avergüenz* 6 culp* 5 sonroj* 4 arrepent* 6 arrepint* 6 remordim* 7 colorad* 3 humill* 7`,
    loneliness: `sol* 0 soledad 6 solitari* 5 abandon* 6 desampar* 7 huérfan* 4`,
    relief: `alivi* 6 tranquil* 4 calm* 3 salv* 4 libre* 3 libert* 4 agradec* 5 gracias 3 consol* 4 paz 4`,
    curiosity: `curios* 5 intrig* 5 interés 3 asomó 2`,
    envy: `envidi* 6 cel* 0 celos 7 celos* 6 codici* 6 avar* 5`,
  },
  intensifiers: `muy tan mucho mucha muchísimo tanto tanta demasiado totalmente realmente profundamente verdaderamente sumamente más`,
  diminishers: `poco algo apenas casi ligeramente`,
  negations: `no nunca jamás sin nada nadie ni tampoco ningún ninguna`,
}

export const feelingsOf = (code: string): Feelings | undefined => ({ en: english, de: german, es: spanish })[code]
