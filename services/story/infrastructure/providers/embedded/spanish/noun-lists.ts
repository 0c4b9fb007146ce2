import { words } from '../tokens.ts'

export const MALE =
  words(`rey príncipe duque conde marqués barón caballero emperador sultán zar señor amo criado molinero campesino
labrador granjero panadero sastre zapatero tejedor comerciante mercader vendedor mendigo ladrón bandido médico doctor maestro
profesor alumno estudiante vecino amigo viajero huésped invitado cocinero jardinero pastor músico
violinista flautista juez abogado alcalde escribano conductor cochero guardia guardián oficial coronel capitán general ministro
consejero mensajero gigante enano duende elfo trol ogro fantasma espíritu ángel diablo demonio dragón genio mago brujo hechicero
monje fraile cura sacerdote obispo papa viudo soltero camarero actor pescador cazador leñador carpintero herrero policía inspector
detective cartero bombero posadero tabernero aprendiz soldado marinero barquero pirata ermitaño sabio poeta pintor cantante
albañil alfarero joyero orfebre relojero jefe director gerente dueño dependiente bibliotecario portero verdugo carcelero preso
noble hidalgo escudero paje lacayo mayordomo sirviente segador vaquero cabrero porquero arriero minero peregrino adivino dios
presidente diputado senador embajador cónsul anfitrión cajero barrendero jornalero peón gañán mayoral boyero
pastelero heladero churrero ujier senescal condestable almirante teniente recluta monaguillo seminarista enfermero quiosquero conserje
ordenanza bedel catedrático rector decano bachiller licenciado rabino imán derviche faquir mandarín samurái gaucho charro inca inquilino
casero propietario comensal testigo acusado reo fiscal alguacil cuatrero recadero mandadero ascensorista camionero ferroviario jubilado
pensionista deportista atleta nadador novelista reportero locutor presentador domador equilibrista acróbata ilusionista lazarillo
lisiado tuerto manco sordo mudo cojo benefactor delegado árbitro portavoz encargado empleado oficinista repostero afinador organillero
buzo guía intérprete traductor editor librero impresor encuadernador grabador cantinero matarife molendero leñero
héroe heredero bufón payaso novio prometido mozo zagal ingeniero periodista escritor científico farero pasajero cliente notario
carnicero barbero tendero ventero jinete sargento buhonero hojalatero afilador titiritero saltimbanqui trovador juglar astrólogo
astrónomo alquimista boticario farmacéutico veterinario dentista cirujano maquinista taxista chófer revisor repartidor mecánico fontanero
electricista obrero capataz patrón patrono terrateniente hacendado posadero mesonero hostelero panadero pastelero confitero frutero
verdulero pescadero lechero aguador carbonero cestero curtidor tonelero talabartero  pregonero heraldo chambelán canciller
virrey gobernador regidor concejal corregidor visir califa jeque cacique faraón archiduque vizconde regente guerrero centinela
arquero escolta espía contrabandista náufrago grumete timonel remero gondolero guardabosques guardabosque  halconero
caballerizo palafrenero cochero carretero aldeano lugareño paisano pueblerino ciudadano labriego hortelano viñador porteador
sacristán campanero párroco abad prior cardenal profeta mártir curandero chamán hechicero encantador nigromante gnomo
duendecillo trasgo genio titán cíclope minotauro centauro sátiro tritón esqueleto espectro zombi marciano extraterrestre
astronauta piloto aviador bombero entrenador futbolista jugador fotógrafo pianista guitarrista tamborilero gaitero bailarín
compositor director pintor escultor arquitecto abuelete compañero camarada colega cómplice rival enemigo pretendiente
huérfano tutor preceptor colegial párvulo becario secretario oficinista banquero prestamista usurero avaro pordiosero limosnero
vagabundo caminante romero nómada gitano bandolero salteador asesino impostor estafador timador tramposo truhán bribón vigilante muñeco espantapájaros robot vampiro monstruo ayudante compañero socio
lobo zorro oso león tigre leopardo elefante mono conejo ratón perro gato cachorro caballo potro burro asno mulo toro buey
cerdo lechón cordero carnero chivo cabrito gallo pollo pollito pato ganso cisne pavo cuervo gorrión ruiseñor búho halcón cóndor
gavilán pavo loro sapo cocodrilo lagarto tiburón rodaballo besugo lenguado bacalao atún barbo lucio arenque esturión salmón cangrejo caracol gusano escarabajo grillo saltamontes mosquito
erizo tejón castor topo ciervo venado camello chacal canguro murciélago delfín pulpo pingüino coyote puma jaguar quetzal colibrí
tlacuache armadillo mapache buitre jilguero petirrojo zorzal estornino tordo canario periquito faisán avestruz  pelícano albatros  mirlo abejorro raposo borrico jumento pollino asno puerco marrano gorrino chancho cochino can mastín galgo lebrel podenco gatazo minino novillo becerro ternero potrillo corcel alazán  cervatillo corzo gamo alce bisonte búfalo rinoceronte hipopótamo gorila orangután chimpancé mandril  hámster hurón zorrino zángano tejón lirón camaleón`)

export const FEMALE =
  words(`reina princesa duquesa condesa marquesa baronesa dama emperatriz sultana señora señorita ama criada molinera
campesina granjera panadera costurera tejedora comerciante vendedora mendiga ladrona doctora médica maestra profesora alumna
estudiante vecina amiga viajera invitada cocinera jardinera pastora jueza alcaldesa giganta enana hada elfa
ogra fantasma diosa bruja maga hechicera monja abadesa viuda camarera actriz pescadora cazadora sirena ninfa nodriza niñera
enfermera lavandera posadera tabernera sirvienta doncella dueña jefa directora bibliotecaria portera heroína heredera novia
prometida moza zagala ingeniera periodista escritora científica pasajera clienta inspectora capitana adivina gitana partera
hilandera institutriz buhonera bordadora modista panadera pastelera confitera frutera verdulera pescadera lechera
aguadora hortelana aldeana labradora mesonera ventera carcelera boticaria farmacéutica veterinaria arquitecta pintora poetisa cantante
bailarina pianista violinista fotógrafa secretaria abogada concejala gobernadora virreina archiduquesa vizcondesa regente infanta
novicia priora  curandera chamana encantadora gnoma huérfana tutora colegiala pordiosera vagabunda caminante peregrina bandolera
guerrera centinela espía pirata ayudanta aprendiza camarada colega rival enemiga cómplice pretendienta azafata conductora taxista
portera criadita mucama ventera vendedora presidenta diputada embajadora cajera barrendera heladera churrera enfermera comadrona matrona planchadora aya
quiosquera catedrática rectora decana inquilina casera propietaria comensal testigo acusada jubilada pensionista deportista atleta
nadadora novelista reportera locutora presentadora domadora equilibrista acróbata tuerta manca sorda muda coja benefactora delegada
encargada empleada oficinista repostera intérprete traductora editora librera cantinera gobernanta institutriz sacerdotisa
mesera recepcionista limpiadora costurerita lavanderita florista ermitaña sabia maga hermanita compañera muñeca anfitriona
loba zorra osa leona tigresa mona coneja ratona perra gata yegua asna burra mula vaca cerda oveja cabra gallina pata gansa
paloma cigüeña golondrina alondra lechuza águila urraca grulla garza rana tortuga serpiente culebra víbora lagartija ballena trucha sardina merluza carpa lamprea
araña hormiga abeja avispa mosca mariposa cigarra libélula liebre ardilla comadreja nutria cierva jirafa hiena cebra foca gaviota
raposa borrica pollina puerca marrana gorrina cochina minina novilla becerra ternera potranca corza gacela  pantera  chinche garrapata polilla chicharra tarántula medusa anguila anaconda  boa salamandra nutria marmota
ostra langosta oruga pulga luciérnaga mariquita rata cucaracha lombriz perdiz codorniz iguana  vicuña alpaca jutía`)

export const KIN: Readonly<Record<string, readonly [string, 'm' | 'f']>> = {
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
  ahijado: ['ahijado', 'm'],
  ahijada: ['ahijada', 'f'],
  padrino: ['padrino', 'm'],
  madrina: ['madrina', 'f'],
  compadre: ['compadre', 'm'],
  comadre: ['comadre', 'f'],
  yaya: ['abuela', 'f'],
}

const males = [...MALE]

const females = [...FEMALE]

export const FAUNA = new Set([...males.slice(males.indexOf('lobo')), ...females.slice(females.indexOf('loba'))])
