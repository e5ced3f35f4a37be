/** RFC 8705 §2.1.2 `tls_client_auth_subject_dn`: RFC 4514's order (most specific first) or the certificate's, with or without spaces after commas. */

/** `subject` as Node's X509Certificate gives it: one part a line. */
export function hasSubject(subject: string, wanted: string): boolean {
  const parts = subject.split('\n');
  const plain = (text: string) => text.replaceAll(/\s*,\s*/g, ',');
  return plain(wanted) === plain(parts.join(',')) || plain(wanted) === plain(parts.toReversed().join(','));
}
