// What people choose most, from published counts of leaked passwords, retold as the words behind them: endings such as
// "1", "123" or "!" and look-alikes such as "@" for "a" are undone before a password is looked up here.
const digits = `
  000 0000 00000 000000 0000000 00000000 007007 010101 01012011 010203 0123 012345 0123456 01234567 012345678
  0123456789 020202 030303 050505 0987 09876 098765 0987654321 101010 102030 10203040 1029384756 110110 11111 111111
  1111111 11111111 1111111111 111222 111222333 112211 112233 11223344 1122334455 112358 11235813 119119 1212 121212
  12121212 121314 12131415 123 123000 123098 123123 12312312 123123123 123321 1234 12341234 12344321 12345 1234512345
  1234554321 123456 1234560 1234567 12345678 123456780 123456789 1234567890 12345678910 123456789123 1234569
  123456654321 123457 123654 123654789 123789 12344 12345600 123qwe 13131313 131313 134679 13579 1357924680 135790
  135792468 141414 142536 14725836 147258 147258369 147852 147852369 151515 159159 159357 159753 161616 171717 181818
  191919 19841984 19851985 19861986 19871987 19881988 19891989 19901990 20002000 2000 20012001 202020 20202020 212121
  21212121 222222 22222222 222333 225588 232323 2345678 23456789 242424 246810 2468101 24680 252525 258456 258258
  282828 303030 31415926 314159 321321 321654 321654987 323232 333333 33333333 333666 343434 357159 369258 369258147
  404040 420420 4321 43214321 444444 44444444 454545 456123 456456 456789 4567890 456852 474747 494949 505050 515050
  515151 52013 520520 5201314 525252 54321 543210 545454 555555 55555555 555666 565656 5678 584520 616161 626262
  636363 646464 654321 654654 656565 666666 66666666 666777 676767 686868 696969 69696969 717171 727272 741852
  741852963 747474 753159 753951 757575 7654321 767676 777777 77777777 7777777 777888 787878 789123 789456 789456123
  7894561230 789789 797979 808080 818181 852456 852852 8675309 876543 87654321 878787 888888 88888888 888999 898989
  909090 911911 951753 959595 963852 963852741 969696 979797 98765 987456 987654 9876543 98765432 987654321 9876543210
  987987 989898 999999 99999999 999999999
`

const keyboard = `
  1q2w3e 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 1qw23er4 2wsx3edc 3edc4rfv asdf asdfasdf
  asdfg asdfgh asdfghj asdfghjk asdfghjkl asdqwe azerty azertyuiop aqwzsx dvorak fghj ghjkl hjkl lkjhgfdsa mnbvcxz
  poiuy poiuytrewq pqowieuryt q1w2e3 q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 qazqaz qazwsx qazwsxedc qazwsxedcrfv qazxsw
  qazxswedc qpwoeiruty qqqq1111 qqqqqqqq qqww1122 qwaszx qwe qweasd qweasdzxc qweqwe qweqweqwe qwer qwerasdf qwerfdsa
  qwerqwer qwert qwerty qwertyqwerty qwertyu qwertyui qwertyuio qwertyuiop qwertz qwertzu qwertzuiop qzwxec wasd
  wsxedc yxcvbnm zaq12wsx zaqwsx zaqxsw zaqzaq zxasqw zxc zxcasdqwe zxcv zxcvb zxcvbn zxcvbnm zxczxc zxczxczxc
  1234qwer qwer1234asdf 123qweasd 123qweasdzxc 12qwaszx 1a2b3c 1a2b3c4d a1b2c3 a1b2c3d4 a1s2d3 a1s2d3f4 a123456
  a12345678 a123456789 aa123456 aa12345678 ab123456 abc123456 abcd123456 abcd1234 as123456 asd123456 qq123456 qw123456
  qwe123456 woaini woaini1314 wang123456 zhang123456 zxc123456 z123456 s123456 q123456 w123456 x123456 m123456
`

const words = `
  password passwords passwort passwd passw0rd passord paroli parola parole senha sifre salasana haslo heslo jelszo
  losenord wachtwoord motdepasse contrasena contraseña clave kennwort geheim geheimnis secret secrets segreto secreto
  topsecret pass passcode passphrase passkey mypass mypassword yourpassword nopassword newpassword newpass oldpassword
  thepassword password12 password123 password1234 onepassword access accessdenied login logon signin signup logmein
  letmein letmeinnow letmeout openup opensesame sesame welcome welcomeback welcome2 willkommen bienvenue bienvenido
  benvenuto hello hellohello helloworld hallo hallohallo hola holahola bonjour ciao ciaociao namaste salut aloha
  goodbye goodmorning goodnight admin admins administrator administrador adminadmin administrateur root toor rootroot
  superuser superadmin sysadmin user username useruser guest guestguest test tester testing testtest testpass
  test123456 demo demodemo default changeme changethis changenow changemenow temp temporary temppass temppassword
  sample example backup support service system server master masterkey mastermind manager office company business
  computer internet network windows windowsxp linux ubuntu debian android iphone apple samsung nokia google gmail
  yahoo hotmail facebook twitter instagram tiktok snapchat youtube linkedin myspace whatsapp skype discord minecraft
  roblox fortnite pubg counterstrike halflife warcraft starcraft diablo pokemon pikachu charizard mario luigi zelda
  sonic nintendo playstation xbox xboxone gameover gamer gamers gaming player playboy playgirl trustno trustnoone
  trustme trustyou believe believer whatever whatsup whoami iamtheone nobody iloveyou iloveu iloveme ilovegod
  ilovejesus ilovemom ilovedad ilovehim iloveher ilovemyself ilovemylife ilovedogs ilovecats ihateyou iloveyoutoo
  iloveyousomuch loveyou loveme lovelove lovely lover lovers loverboy lovergirl love lovehate lovebug loveit lovesong
  loveyouforever mylove mylife myheart mybaby mydream myfamily mygirl myangel forever foreverlove forgetme forgetit
  forgot forgotten remember rememberme teamo teamomucho tequiero tequieromucho teamoamor amor amore amormio amorcito
  amoremio jetaime monamour ichliebedich liebe liebling schatz schatzi schatzchen mausi hasi hase maus sunshine
  sunflower sunrise sunset sunny sunday monday tuesday wednesday thursday friday saturday january february march april
  may june july august september october november december summer winter spring autumn sommer herbst winterzeit
  summertime wintertime springtime easter christmas weihnachten halloween holiday holidays vacation birthday princess
  princesa principessa prinzessin prince princeton queen queens king kings kingkong kingdom queenbee superstar
  superman supermann superwoman supergirl spiderman batman batgirl robin ironman hulk wolverine deadpool thor captain
  america captainamerica avengers marvel wonderwoman catwoman joker harleyquinn starwars startrek skywalker darthvader
  vader yoda chewbacca matrix trinity morpheus neo terminator predator alien aliens gandalf frodo aragorn legolas
  gollum hobbit mordor sauron hogwarts harrypotter hermione voldemort dumbledore gryffindor slytherin ravenclaw naruto
  sasuke sakura itachi kakashi goku vegeta dragonball onepiece luffy bleach pirate pirates sparrow jacksparrow
  simpsons homer bart bartsimpson futurama southpark cartman kenny garfield snoopy scooby scoobydoo mickey mickeymouse
  minnie minniemouse donald donaldduck goofy pluto bambi dumbo nemo shrek tweety tweetybird tigger winnie
  winniethepooh bugsbunny daffy hellokitty barbie bratz dora spongebob patrick teletubbies tinkerbell cinderella
  rapunzel elsa frozen football fussball futbol soccer basketball baseball volleyball hockey tennis golf golfer
  golfing boxing rugby cricket swimming swimmer running runner skater skating skateboard snowboard surfing surfer
  cycling racing racer formula ferrari lamborghini porsche mercedes bmw audi volkswagen toyota honda nissan subaru
  yamaha kawasaki suzuki ducati harley harleydavidson mustang camaro corvette chevrolet chevy dodge viper charger
  ranger jeep hummer jaguar bentley maserati bugatti renault peugeot citroen fiat opel skoda volvo saab scania tesla
  lexus mazda civic barcelona barca realmadrid madrid atletico valencia sevilla liverpool chelsea arsenal manchester
  manutd manunited mancity united everton tottenham spurs newcastle celtic rangers juventus juve inter internazionale
  milan acmilan napoli roma asroma lazio bayern bayernmunich fcbayern dortmund borussia schalke werder hamburg hsv
  stuttgart ajax feyenoord psv benfica sporting porto galatasaray fenerbahce besiktas trabzonspor corinthians flamengo
  palmeiras santos saopaulo boca bocajuniors riverplate psg marseille lyon lakers celtics bulls chicago chicagobulls
  knicks yankees redsox mets dodgers giants cubs cardinals braves tigers packers steelers cowboys dallas dallascowboys
  patriots eagles raiders broncos dolphins bears vikings chiefs redskins 49ers seahawks saints ravens browns bengals
  jets bills titans jaguars michael jordan michaeljordan jordan23 kobe lebron shaq messi leomessi ronaldo cristiano
  ronaldinho neymar beckham zidane maradona pele rooney gerrard lampard torres drogba totti buffon dragon dragons
  dragonfly monkey monkeys monkeyboy tiger tigre tigerwoods lion lions lionking panther panthers leopard cheetah puma
  cougar wolf wolves werewolf fox foxes bear teddybear teddy pandabear panda koala kangaroo elephant giraffe zebra
  rhino hippo gorilla eagle falcon hawk raven penguin penguins pinguin dolphin delfin shark sharks whale orca turtle
  schildkroete snake cobra python spider scorpion scorpio butterfly schmetterling mariposa papillon bumblebee ladybug
  cat cats kitty kitten kittens kittycat katze kater dog dogs doggy doggie puppy puppies hund hundchen perro gato
  horse horses pony unicorn einhorn unicornio rabbit bunny bunnies hamster mouse chicken turkey ducky froggy frog
  lizard buster buddy bailey bella max lucky lucy molly maggie rocky rocky1 shadow smokey sparky sasha simba nala rex
  rusty charlie chester cookie cooper duke ginger gizmo jasper jackie jake jasmine lady missy muffin oscar oreo pepper
  peanut precious pumpkin princesa1 sadie sammy samson scooter sophie tank thunder toby tucker whiskers winston zeus
  apollo michelle jennifer jessica ashley amanda nicole melissa stephanie elizabeth rebecca danielle samantha victoria
  vanessa brittany christina christine catherine katherine kimberly heather rachel laura sarah andrea angela angelina
  angelica anna anne annie maria mariana marina martina monica natalie natasha olivia pamela patricia sabrina sandra
  sandrine sandy silvia sonia susana tatiana teresa tiffany valentina valeria veronica vivian yolanda alejandra
  alexandra alexis alicia alison amelia barbara beatriz bianca brenda camila carla carmen carolina caroline cassie
  cecilia chelsea1 cheryl chloe claire claudia courtney crystal cynthia daniela debbie diana elena emily emma erica
  erika fatima fernanda gabriela gabriella gabrielle giovanna gloria hannah helena isabel isabella isabelle janice
  jasmin joanna josephine julia juliana julie karina katie kelly kristen kristina larissa leticia linda lisa lorena
  lorenzo louise luciana lucia madison marcela margaret marie mariah marisol megan mercedes1 miranda morgan nadine
  nancy naomi paola paula priscilla rafaela raquel renata roberta rosita roxana sharon sierra simone summer1 susan
  suzanne sylvia tamara vanesa alexander alejandro andrew andreas andres anthony antonio arthur austin benjamin
  bernard brandon brian bruno carlos chris christian christopher cristian daniel danny david dennis diego dominic
  dominik eduardo edward emmanuel enrique eric ernesto felipe felix fernando florian francesco francis francisco
  franck frank frankie freddy frederic gabriel george gerardo giovanni gonzalo gregory guillaume guillermo gustavo
  harold harrison harry hector henry hunter ignacio ivan jackson jacob james jamie jason javier jeffrey jeremy jerome
  jessie joel john johnny johnson jonathan jorge joseph joshua juancarlos julian julien justin kevin kristian laurent
  leonardo leonidas lorenz louis lucas luis manuel marcel marcelo marco marcos marcus mario1 mark markus martin
  martinez mathias mathieu matteo matthew matthias maurice mauricio maxime maximus maxwell michel miguel mitchell
  mohamed mohammed muhammad murphy nathan nicholas nicolas nikita nikolas norman oliver orlando oscar1 pablo pascal
  patrick1 paul pedro peter philip philippe phillip rafael ramon randy raymond rene ricardo richard richie robert
  roberto rodrigo rodriguez roger roland ronald ruben russell samuel sanchez santiago sebastian sergio simon stefan
  stefano stephen steve steven stewart taylor thomas timothy travis tristan tyler valentin victor vincent vladimir
  walter warren wesley william williams wilson xavier abdullah ahmed ali hassan hussain ibrahim khalid mahmoud omar
  osama yusuf mustafa mehmet emre murat ayse zeynep sergey dmitry natalia svetlana oksana ekaterina nastya marina1
  privet lyubov parol angel angels angelito angelbaby heaven heavenly devil diablo1 demon demons lucifer satan jesus
  jesuschrist jesuslovesme christ god godisgood godislove godbless bless blessed blessing blessings faith hope hopeful
  grace glory hallelujah amen pray prayer church bible holyspirit saviour lord praise spirit peace peaceful harmony
  freedom liberty libertad freiheit liberte justice truth wisdom karma buddha krishna ganesh shiva allah allahuakbar
  islam bismillah mashallah alhamdulillah inshallah mosque rainbow rainbows star stars starlight stargate starfish
  superstar1 moon moonlight moonshine sun sky skyline heaven7 cloud storm stormy thunderbolt lightning lighting fire
  firefly fireball phoenix ice iceman icecream snow snowball snowflake snowman rain ocean oceans river mountain
  mountains desert island paradise beach beaches flower flowers flores blumen rose roses rosebud lily daisy orchid
  jasmine1 violet tulip cherry strawberry blueberry banana bananas orange oranges apples mango coconut pineapple
  watermelon peaches lemon lemonade chocolate chocolat chocolate1 candy caramel cookies cookiemonster cupcake muffins
  pancake pizza pasta spaghetti burger hamburger hotdog cheese cheeseburger butter sugar honey honeybee honeybunny
  sweet sweets sweety sweetie sweetheart sweetpea sweetness cinnamon vanilla coffee espresso cappuccino cocacola coke
  pepsi fanta sprite redbull whiskey vodka tequila heineken budweiser guinness corona purple yellow green blue red
  black white pink silver golden gold diamond diamonds platinum crystal1 emerald ruby sapphire blackberry blackcat
  blackjack blackmagic blackdragon blacklabel blackwhite bluebird bluemoon bluesky bluedog bluestar greenday redneck
  redhead redrose redwings whitesox whitetiger pinkfloyd metallica nirvana slipknot linkinpark eminem rammstein
  ironmaiden acdc megadeth slayer pantera beatles thebeatles elvis queen1 zeppelin ledzeppelin doors blink182 sum41
  korn evanescence system5 coldplay radiohead depeche depechemode madonna britney beyonce rihanna shakira justinbieber
  bieber onedirection directioner bts blackpink kpop tupac 2pac biggie 50cent snoopdogg hiphop rapper music musica
  musik musicman musiclover rocknroll rockstar rockon rockandroll guitar gitarre guitarra piano violin drummer drums
  bass jazz blues reggae bobmarley marley techno trance dance dancer dancing dancing1 singer singing karaoke melody
  harmony1 baby babyboy babygirl babydoll babyblue babyface babylove babyphat baby123456 bebe bebita boyfriend
  girlfriend bestfriend bestfriends friend friends friendship freunde amigo amigos amigas hermosa hermano hermana
  preciosa bonita linda1 bella1 beautiful beauty pretty prettygirl cute cutie cutiepie hottie sexy sexyboy sexygirl
  sexylady hotgirl hotstuff handsome gorgeous fabulous awesome amazing fantastic perfect special magic magical
  magician wonder wonderful lucky7 luckyone happy happiness happyday happyface smile smiley smiles funny funnyman
  laugh crazy crazygirl crazyboy stupid idiot loser dumbass asshole bastard bitch bitches bullshit fuck fucker fuckme
  fuckoff fuckyou fuckyou2 motherfucker shit pussy dick cock penis vagina boobs bigdick bigboy bigdaddy bigdog biggirl
  bigtits pornstar porn sex sexsex 69lover mother mom mommy mama mamapapa mami mutter madre mamamia momanddad father
  dad daddy papa papito vater padre brother sister grandma grandpa family familie familia oma opa tante onkel sonne
  mond sterne himmel blume engel teufel hardcore killer killers killme killbill assassin assassins ninja ninjas
  samurai warrior warriors soldier sniper hunter1 marine marines army airforce navy navyseal police policeman fireman
  firefighter cowboy cowgirl hacker hackers hacked hackme cyber cyberpunk matrix1 phantom ghost ghostrider vampire
  zombie zombies mystery magic1 merlin excalibur wizard warlock witch fantasy finalfantasy legend legends hero heroes
  champion champions winner winners victory success successful money moneymaker moneyman dollar dollars cash cashmoney
  rich richrich million millionaire billionaire power powerful powerranger energy electric electro turbo nitro rocket
  rockets missile bullet gunner gunners pistol shotgun school schule college university student students teacher
  teachers professor doctor nurse nursing medical medicine engineer engineering lawyer pilot sailor driver fisher
  fishing fisherman hunting camping england london scotland ireland irish wales britain british france paris germany
  deutschland berlin muenchen munich koeln hamburg1 italia italy rome europe spain espana mexico mexican colombia
  argentina brasil brazil chile peru venezuela ecuador portugal canada toronto vancouver montreal australia sydney
  melbourne newyork newyorkcity california texas florida miami hawaii alaska arizona colorado boston philly detroit
  denver atlanta houston seattle vegas lasvegas hollywood brooklyn manhattan jamaica cuba africa nigeria ghana kenya
  egypt india indian mumbai pakistan bangladesh china chinese japan tokyo korea seoul philippines pilipinas pinoy
  indonesia malaysia singapore thailand vietnam russia moscow poland polska ukraine romania bulgaria serbia croatia
  hungary greece athens turkey1 turkiye istanbul israel jerusalem iran iraq lebanon dubai qatar austria wien vienna
  switzerland schweiz sweden norway denmark finland holland amsterdam belgium brussels abc abc123 abcabc abcd abcde
  abcdef abcdefg abcdefgh abcdefghi abcdefghij aaa aaaa aaaaa aaaaaa aaaaaaaa bbbb cccc dddd ssss xxxx zzzz xyz xyzxyz
  xxx xxxxxx foo foobar foobarbaz lorem loremipsum asd asdasd asdasdasd dasdas dfg fgh jkl qaz blabla blablabla
  blahblah blah lalala lalalala hahaha hahahaha hehehe lol lollol lollipop lolipop nothing something anything
  everything nevermind secret1 noway goaway leaveme single taken married together always alwaysforever always1
  infinity eternity destiny dreamer dreams dreaming dream fantasia memory memories midnight tonight tomorrow yesterday
  today today1 someday oneday everyday one onelove onetwo onetwothree two three four five six seven eight nine ten
  dragon1 qwerty1 troupe troupepassword actor actress theater theatre stage story stories storyteller author writer
  writing bookworm books reading reader library poet poetry novel chapter
`

/** Common passwords without their trivial endings, in lower case. */
export const commonPasswords: ReadonlySet<string> = new Set(
  [digits, keyboard, words].flatMap((list) => list.split(/\s+/)).filter((word) => word !== ''),
)
