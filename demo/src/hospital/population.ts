// The people: families who share a surname, an address and an insurance, and those who live alone.
import type { Label } from './labels.ts';
import { idOf, type Ledger, narrative, type Reference } from './ledger.ts';
import { CULTURES, type Culture, STREETS, TOWNS } from './names.ts';
import type { Places } from './places.ts';
import type { Random } from './random.ts';
import type { Staff } from './staff.ts';
import { hl7 } from './terminology.ts';

export interface Patient {
  readonly reference: Reference;
  readonly id: string;
  readonly name: string;
  readonly family: string;
  readonly woman: boolean;
  /** Age in days. */
  readonly age: number;
  readonly minor: boolean;
  readonly physician: Reference;
  /** The parents of a minor, as RelatedPerson. */
  readonly parents: readonly Reference[];
  /** Put on everything in this patient's record; only the VIP has one. */
  readonly label: Label | undefined;
  readonly random: Random;
}

const YEAR = 365.25;

/** `count` patients. The first household has two adults and two minors, one of them newborn; the VIP lives alone. */
export function population(ledger: Ledger, random: Random, places: Places, staff: Staff, count: number): readonly Patient[] {
  const patients: Patient[] = [];
  for (let household = 0; patients.length < count; household++) {
    const own = random.fork(`household-${household}`);
    const culture = CULTURES[household % CULTURES.length] ?? own.pick(CULTURES);
    const home = address(own, culture);
    const physician = household % 5 === 4 ? staff.otherFamilyPhysician : staff.familyPhysician;
    const adults = household === 0 ? 2 : household === 3 ? 1 : own.integer(1, 2);
    const children = household === 0 ? 2 : household === 3 ? 0 : own.chance(0.55) ? own.integer(1, 3) : 0;
    const motherAge = own.integer(29, children > 0 ? 44 : 86);
    const grownUps: Patient[] = [];
    const taken = new Set<string>();
    for (let i = 0; i < adults && patients.length < count; i++) {
      const label: Label | undefined = household === 3 ? { confidentiality: 'V', sensitivities: ['VIP'] } : undefined;
      const woman = i === 0 ? true : own.chance(0.1);
      grownUps.push(
        admit(ledger, own.fork(`adult-${i}`), {
          culture,
          home,
          physician,
          places,
          woman,
          years: motherAge + i * 2,
          label,
          parents: [],
          taken,
        }),
      );
    }
    patients.push(...grownUps);
    for (let i = 0; i < children && patients.length < count; i++) {
      const years = household === 0 && i === 1 ? 9 / YEAR : own.integer(1, Math.min(16, motherAge - 18));
      const child = admit(ledger, own.fork(`child-${i}`), {
        culture,
        home,
        physician,
        places,
        woman: own.chance(0.5),
        years,
        label: undefined,
        parents: grownUps,
        taken,
      });
      patients.push(child);
    }
  }
  return patients;
}

interface Admission {
  readonly culture: Culture;
  readonly home: Home;
  readonly physician: Reference;
  readonly places: Places;
  readonly woman: boolean;
  readonly years: number;
  readonly label: Label | undefined;
  readonly parents: readonly Patient[];
  /** Given names in this household, so that no two share one. */
  readonly taken: Set<string>;
}

function admit(ledger: Ledger, random: Random, who: Admission): Patient {
  const { culture, home, woman, label } = who;
  const age = Math.round(who.years * YEAR + (who.years < 1 ? 0 : random.integer(0, 364)));
  const given = random.pick((woman ? culture.women : culture.men).filter((each) => !who.taken.has(each)));
  who.taken.add(given);
  const name = `${given} ${home.family}`;
  const title = who.years < 18 ? undefined : woman ? 'Ms' : 'Mr';
  const reference = ledger.add(
    random,
    'Patient',
    {
      ...(random.chance(0.4) ? { text: narrative(`${name}, born ${ledger.date(age)}`) } : {}),
      identifier: [
        {
          use: 'usual',
          type: hl7('v2-0203', 'MR'),
          system: 'https://aldervale.example/mrn',
          value: `AV${random.integer(100_000, 999_999)}`,
        },
        {
          use: 'official',
          system: 'https://health.example/national-number',
          value: `${random.integer(100, 999)} ${random.integer(1000, 9999)} 99`,
        },
      ],
      active: true,
      name: [{ use: 'official', family: home.family, given: [given], ...(title === undefined ? {} : { prefix: [title] }) }],
      telecom: [
        { system: 'phone', value: home.phone, use: 'home' },
        ...(who.years < 14
          ? []
          : [{ system: 'email', value: `mailbox${random.integer(1000, 9999)}@post.example`, use: 'home' }]),
      ],
      gender: woman ? 'female' : 'male',
      birthDate: ledger.date(age),
      address: [home.address],
      ...(who.years < 18 ? {} : { maritalStatus: hl7('v3-MaritalStatus', random.chance(0.6) ? 'M' : 'S') }),
      communication: [
        {
          language: { coding: [{ system: 'urn:ietf:bcp:47', code: culture.language[0] }], text: culture.language[1] },
          preferred: true,
        },
      ],
      generalPractitioner: [who.physician],
      managingOrganization: who.places.hospital,
    },
    { label, display: name },
  );
  const parents = who.parents.map((parent) =>
    ledger.add(
      random,
      'RelatedPerson',
      {
        active: true,
        patient: reference,
        relationship: [hl7('v3-RoleCode', parent.woman ? 'MTH' : 'FTH')],
        name: [{ family: parent.family, given: [parent.name.slice(0, -parent.family.length - 1)] }],
        telecom: [{ system: 'phone', value: home.phone, use: 'home' }],
        gender: parent.woman ? 'female' : 'male',
        address: [home.address],
      },
      { display: parent.name },
    ),
  );
  const minor = who.years < 18;
  return {
    reference,
    id: idOf(reference),
    name,
    family: home.family,
    woman,
    age,
    minor,
    physician: who.physician,
    parents,
    label,
    random,
  };
}

interface Home {
  readonly family: string;
  readonly phone: string;
  readonly address: unknown;
}

function address(random: Random, culture: Culture): Home {
  const town = random.pick(TOWNS);
  return {
    family: random.pick(culture.families),
    phone: `+44 1632 960${random.integer(100, 999)}`,
    address: { use: 'home', line: [`${random.integer(1, 140)} ${random.pick(STREETS)}`], ...town, country: 'GB' },
  };
}
