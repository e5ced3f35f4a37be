/** Action of the record that a month of the database was let go. Its `resources` name the month: `month/2026-11`. */
export const monthDropped = 'audit-month-dropped';
