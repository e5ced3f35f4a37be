/** Dates as FHIR writes them (R4 datatypes.html#dateTime, search.html#date). */
const partialDate = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/;

/** Year, month, day, minute or second precision; the zone may be left out of a search. */
export function isSearchDate(text: string): boolean {
  const parts = partialDate.exec(text);
  if (!parts) return false;
  const [, year = '', month = '01', day = '01', hour = '00', minute = '00', second = '00', zone] = parts;
  return (
    year !== '0000' &&
    within(month, 1, 12) &&
    within(day, 1, daysIn(Number(year), Number(month))) &&
    within(hour, 0, 23) &&
    within(minute, 0, 59) &&
    within(second, 0, 60) &&
    isZone(zone)
  );
}

/** To the second, with its zone (R4 datatypes.html#instant). */
export function isInstant(text: string): boolean {
  return isSearchDate(text) && /T\d\d:\d\d:\d\d.*(?:Z|[+-]\d\d:\d\d)$/.test(text);
}

function isZone(zone: string | undefined): boolean {
  if (zone === undefined || zone === 'Z') return true;
  return within(zone.slice(1, 3), 0, 14) && within(zone.slice(4), 0, 59);
}

function within(text: string, least: number, most: number): boolean {
  const value = Number(text);
  return value >= least && value <= most;
}

function daysIn(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
}
