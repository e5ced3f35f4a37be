// Names that nobody in particular bears: own short lists from several cultures, combined at random.

export interface Culture {
  readonly families: readonly string[];
  readonly women: readonly string[];
  readonly men: readonly string[];
  readonly language: readonly [code: string, display: string];
}

export const CULTURES: readonly Culture[] = [
  {
    families: ['Prydderch', 'Cadwallader', 'Llewelyn', 'Gwynne', 'Bevan'],
    women: ['Carys', 'Nerys', 'Eluned', 'Angharad', 'Seren'],
    men: ['Ioan', 'Emrys', 'Gethin', 'Macsen', 'Rhodri'],
    language: ['cy', 'Welsh'],
  },
  {
    families: ['Ashdown', 'Thistlewood', 'Hartley', 'Marchbank', 'Penhallow'],
    women: ['Harriet', 'Beatrice', 'Imogen', 'Rosalind', 'Edith'],
    men: ['Edmund', 'Jasper', 'Wilfred', 'Hugo', 'Alistair'],
    language: ['en', 'English'],
  },
  {
    families: ['Lindenau', 'Brückner', 'Oberhauser', 'Weißkopf', 'Steinbach'],
    women: ['Friederike', 'Annelie', 'Käthe', 'Wiebke', 'Jördis'],
    men: ['Jürgen', 'Götz', 'Falko', 'Henning', 'Sönke'],
    language: ['de', 'German'],
  },
  {
    families: ['Åkerlund', 'Bjørnstad', 'Søndergaard', 'Hedmark', 'Þorvaldsdóttir'],
    women: ['Solveig', 'Ingrid', 'Åsa', 'Sigrún', 'Maja'],
    men: ['Torbjørn', 'Eskil', 'Håkon', 'Leif', 'Örjan'],
    language: ['sv', 'Swedish'],
  },
  {
    families: ['Zielińska', 'Wróbel', 'Kołodziej', 'Jaworski', 'Sikora'],
    women: ['Grażyna', 'Zofia', 'Kinga', 'Halina', 'Bożena'],
    men: ['Zbigniew', 'Kacper', 'Łukasz', 'Tadeusz', 'Radosław'],
    language: ['pl', 'Polish'],
  },
  {
    families: ['Venkataraman', 'Choudhary', 'Iyengar', 'Deshmukh', 'Bhattacharya'],
    women: ['Lakshmi', 'Meenakshi', 'Anjali', 'Kavita', 'Sunita'],
    men: ['Arvind', 'Devendra', 'Karthik', 'Manoj', 'Raghav'],
    language: ['hi', 'Hindi'],
  },
  {
    families: ['Adebayo', 'Okonkwo', 'Eze', 'Balogun', 'Nwachukwu'],
    women: ['Ngozi', 'Folasade', 'Adaeze', 'Yewande', 'Chiamaka'],
    men: ['Emeka', 'Babatunde', 'Obinna', 'Tunde', 'Ikenna'],
    language: ['en', 'English'],
  },
  {
    families: ['Al-Khatib', 'Haddad', 'Mansour', 'Darwish', 'Sabbagh'],
    women: ['Layla', 'Nadia', 'Rima', 'Samira', 'Zaynab'],
    men: ['Yusuf', 'Tariq', 'Khalil', 'Omar', 'Faris'],
    language: ['ar', 'Arabic'],
  },
  {
    families: ['Etxeberria', 'Quiñones', 'Villalobos', 'Nuñez', 'Ibarra'],
    women: ['Itziar', 'Remedios', 'Paloma', 'Ximena', 'Lucía'],
    men: ['Íñigo', 'Rodrigo', 'Anselmo', 'Joaquín', 'Teo'],
    language: ['es', 'Spanish'],
  },
];

export const STREETS = [
  'Alder Lane',
  'Weir Street',
  'Chapel Row',
  'Mill Bank',
  'Orchard Rise',
  'Tanner’s Yard',
  'Station Road',
  'Heather Close',
] as const;

export const TOWNS: readonly { readonly city: string; readonly district: string; readonly postalCode: string }[] = [
  { city: 'Alder Vale', district: 'Aldershire', postalCode: 'AV1 4QX' },
  { city: 'Nether Brook', district: 'Aldershire', postalCode: 'AV3 7RD' },
  { city: 'Llanwern-y-Coed', district: 'Gwenshire', postalCode: 'GW2 1LB' },
  { city: 'Stonehaven Mill', district: 'Aldershire', postalCode: 'AV6 9TT' },
];
