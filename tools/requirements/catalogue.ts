/**
 * What Fireguard must satisfy, one short sentence a requirement, by section of the FHIR Security page and the specifications it names. Ids are
 * permanent. Tests claim a requirement by carrying its id; docs/reference/requirements.md is generated from both. Over 400 lines would be
 * justified here: it is a table.
 */
export interface Section {
  readonly title: string;
  /** The work that brings what is not covered yet. */
  readonly work: string;
  readonly rows: string;
}

/** What no test claims because it is not there, and why: said in the table in the place of the work that would bring it. */
export const absent: Readonly<Record<string, string>> = {
  'R-039':
    'not there: Node resolves names without DNSSEC, and whether a name is signed is for the resolver of the site to check; a MAY',
};

export const sections: readonly Section[] = [
  {
    title: 'Topologies and subsystems',
    work: 'policy and decision point; operations',
    rows: `
R-001 People and clients are administered; with nothing configured every route that is not public answers 401
R-002 In front: an unmodified FHIR server behind, an unmodified client before; every link carries our base
R-003 Beside: a token from the authorization server works at a FHIR server that checks it itself
R-004 Behind: a decision API gives permit or deny and obligations, as the gateway would
R-005 The parts can run in one process or apart with the same results
R-006 No forged, expired or unknown credential is served; a valid one names its holder in the audit
R-007 For every interaction the outcome can be flipped by policy alone
R-008 The audit can be searched by patient, agent, date and outcome
R-009 Works as reverse proxy and as a decision service with the same policies
R-010 The upstream answers nobody but the gateway
R-011 Administration is not part of the FHIR API
R-012 Labels decide, and content where a rule says so
R-013 A person maps to exactly one FHIR resource; without the mapping there is no user-level access
R-014 The CapabilityStatement states the security service`,
  },
  {
    title: 'Security categories',
    work: 'enforcement; policy, labels and consent',
    rows: `
R-015 Every type has one category per FHIR version, equal to the published table unless overridden
R-016 A type, profile or instance can be protected otherwise than its category without code
R-017 Writes need authentication whatever the category
R-018 Anonymous-category reads can be opened to everyone
R-019 Anonymous-category content is served over TLS in production
R-020 Business-category data need an authenticated client
R-021 Business-category clients may use mutual TLS, API keys, app-signed JWT or OAuth assertions
R-022 Individual-category data are closed to roles without directory permission; elements can be withheld
R-023 Changing only the role flips access to a Practitioner
R-024 Patient-category answers carry confidentiality and sensitivity labels
R-025 A purpose of use can be demanded for patient data
R-026 A deny Consent flips a permitted read for whom it covers
R-027 Not-classified types are decided by instance
R-028 A Binary follows its securityContext; with neither context nor referrer it is closed
R-029 Types without an endpoint answer 404
R-030 A business-category instance that points to a patient is patient data
R-031 Unknown types are treated as patient data`,
  },
  {
    title: 'Communications',
    work: 'authorization server; operations',
    rows: `
R-032 Production answers nothing on clear HTTP
R-033 No request smuggling, header injection, path traversal or credential in a URL
R-034 Published URLs are https where TLS is required
R-035 Client certificates can be required, or handed to the decision
R-036 Errors tell nothing of the server behind
R-037 TLS follows BCP 195
R-038 Old protocol versions only as an explicit, audited exception
R-039 DNSSEC state can be reported and demanded
R-040 Clear-text ends of TLS are guarded: no search value in an unprotected log
R-041 CORS for registered browser apps
R-042 CORS never echoes null, unknown or look-alike origins
R-043 Discovery is open to every origin, data only to registered ones
R-044 The origin list changes without a restart`,
  },
  {
    title: 'Authentication',
    work: 'authorization server',
    rows: `
R-045 Without credentials only discovery, metadata and opened anonymous reads answer
R-046 System and user principals are told apart in decisions and audit
R-047 OpenID Connect id_tokens verify and name the fhirUser
R-048 Secrets are stored hashed, shown once, never logged; failures are throttled
R-049 Policies can demand an assurance level and step-up
R-050 Assurance and role codes reach the decision and the audit
R-051 A purpose of use is asserted; unknown codes are refused`,
  },
  {
    title: 'FAST Security (UDAP)',
    work: 'UDAP',
    rows: `
R-052 Consumer-facing and business-to-business flows
R-053 A client of a trusted community registers by itself
R-054 /.well-known/udap without authentication, or 404
R-055 UDAP metadata has all required members
R-056 signed_metadata by RS256 with certificate chain
R-057 The community parameter selects the certificate
R-058 Dynamic registration by signed software statement
R-059 Re-registration replaces; empty grant types cancel
R-060 JWT by x5c: chain, expiry and revocation are checked
R-061 A jti is used once until it expires
R-062 Token request by UDAP assertion, each rule enforced
R-063 Access tokens live at most 60 minutes
R-064 state and PKCE S256 are mandatory
R-065 Scope negotiation
R-066 A token serves only the subject and purpose it was asked for
R-067 Tiered OAuth`,
  },
  {
    title: 'Authorization: general rules',
    work: 'policy, labels and consent',
    rows: `
R-068 Without a matching rule every request is denied
R-069 The rule binds senders as well as askers
R-070 Roles group permissions; assigning one flips exactly its cells
R-071 CRUDE: create, read, update, delete, execute are granted one by one
R-072 Conditions on caller, resource, action and environment
R-073 A do-not-disclose tag withholds until a consent permits
R-074 Client inputs: identity, role, location, assurance
R-075 Resource inputs: confidentiality, sensitivity, type, dates, author
R-076 Patient inputs: identity, relation, consent
R-077 Context inputs: time, system, token scope and expiry, purpose, workflow, transport
R-078 Changes of roles take effect promptly and are audited`,
  },
  {
    title: 'Access paths',
    work: 'enforcement',
    rows: `
R-079 Every interaction has a permit and a deny test
R-080 Create, read, update, delete are decided per instance, before and after
R-081 Chained searches reveal nothing of what may not be seen
R-082 Included resources are decided one by one
R-083 Labels are neither searchable nor settable without the right
R-084 Containers are decided with their content
R-085 Operations: the right to invoke, and what may be returned
R-086 Batch and transaction are decided per entry
R-087 The break-the-glass protocol is known
R-088 Every deny is audited as an AuditEvent, permits too
R-089 A Consent that decided is named in the AuditEvent
R-090 What is asked beyond one's rights: error, nothing, or less, by policy
R-091 Hidden or absent makes no difference on any side channel
R-092 Narrowing and filtering agree; paging does not leak`,
  },
  {
    title: 'OAuth and SMART App Launch',
    work: 'authorization server',
    rows: `
R-093 Authorization code and client credentials; Bearer tokens
R-094 SMART App Launch passes the public suites
R-095 The OAuth security best current practice is kept
R-096 smart-configuration is complete and says S256
R-097 PKCE: plain and wrong verifiers are refused
R-098 aud must be the FHIR base; GET and POST authorize; state returns
R-099 Token answers are complete and not stored; expired tokens stop
R-100 The gateway checks expiry and scope
R-101 The scope grammar is read exactly, never widened
R-102 Scopes only delegate
R-103 Granular scopes bind reads as well as searches
R-104 Batches are judged by their entries
R-105 A patient scope has a patient and stays in the compartment
R-106 Backend services by private_key_jwt
R-107 Introspection says what the token is, to those who may ask
R-108 Data outside the scope is a failure, not silence`,
  },
  {
    title: 'Consent-driven OAuth, UMA, HEART',
    work: 'UMA and cascaded authorization',
    rows: `
R-109 Consents decide whether and with which scopes a token is issued
R-110 UMA 2.0 tickets and permissions
R-111 The consent source is configured; its outage denies
R-112 A changed consent reaches tokens already issued
R-113 HEART scopes`,
  },
  {
    title: 'IHE IUA and PCF',
    work: 'policy, labels and consent; UDAP',
    rows: `
R-114 IUA tokens
R-115 IUA JWT members
R-116 IUA extension claims
R-117 Scope and resource restrict the token
R-118 The resource server checks every claim; denials as 401 by profile
R-119 Short codes and tokens
R-120 PCF residual in tokens
R-121 Forbidden entries are removed, totals lowered
R-122 Implicit consent policies
R-123 Consent acts leave BALP events`,
  },
  {
    title: 'Cascaded authorization',
    work: 'UMA and cascaded authorization',
    rows: `
R-124 Issuance can depend on another server's approval
R-125 Never more than the upstream approval
R-126 Consent management stays replaceable
R-127 The permitted resource servers can be told`,
  },
  {
    title: 'hl7-b2b extension',
    work: 'UDAP',
    rows: `
R-128 hl7-b2b asserts consent information
R-129 Only inside the signed assertion
R-130 Member rules
R-131 system#code purposes
R-132 Consent policy and reference are decision inputs
R-133 No other subject or purpose with the same token`,
  },
  {
    title: 'Denials',
    work: 'enforcement; policy',
    rows: `
R-134 How a denial answers is chosen by policy
R-135 The audit tells the cause that the wire does not
R-136 Empty Bundle, alike for hidden and absent
R-137 404, alike for hidden and absent
R-138 403 without hints
R-139 401 with WWW-Authenticate
R-140 PUT to a hidden and to a free id answer alike
R-141 The same for conditional writes, If-Match, DELETE
R-142 An OperationOutcome with a fitting code
R-143 Notice of blinding only where policy lets it be known`,
  },
  {
    title: 'Redaction',
    work: 'enforcement; policy',
    rows: `
R-144 Elements can be withheld; the rest stays valid
R-145 What is stored may differ from what was sent, documented
R-146 Redaction and signatures do not contradict each other
R-147 The audit says what was withheld
R-148 A partial view cannot erase what it did not show
R-149 No ETag of the stored form on a masked one
R-150 SUBSETTED input is refused
R-151 Partial resources are marked SUBSETTED
R-152 Altered resources carry integrity codes
R-153 Redaction can be kept silent
R-154 Documents leave whole or not at all
R-155 A withheld value is in no other place of the answer`,
  },
  {
    title: 'Audit',
    work: 'audit and break-the-glass',
    rows: `
R-156 Every auditable act leaves a valid AuditEvent
R-157 BALP patterns
R-158 Search, alert, forward
R-159 ATNA messages in
R-160 HTTP logs are guarded like records
R-161 POST parameters are not logged either
R-162 Complete and tamper-evident
R-163 BALP agents, types and actions per interaction
R-164 One AuditEvent per patient
R-165 The query exactly as sent
R-166 Never a whole token
R-167 Authorization decision events
R-168 Disclosure events and accounting
R-169 X-Request-Id
R-170 A report for patients
R-171 No answer without a record
R-172 AuditEvents are protected like what they tell of`,
  },
  {
    title: 'Signatures',
    work: 'content safety',
    rows: `
R-173 Signed places pass untouched
R-174 JWS and XML signatures verify
R-175 Long-term forms
R-176 Server edits do not break signatures silently
R-177 Images of signatures are not proof
R-178 who and when agree with the cryptography
R-179 DIGSIG only after verification`,
  },
  {
    title: 'Attachments',
    work: 'content safety',
    rows: `
R-180 Active attachments are refused, quarantined or made inert
R-181 Declared types are not trusted
R-182 External URLs are never fetched unasked
R-183 Hash and size are checked
R-184 Size limits hold
R-185 Attachments follow labels and consent`,
  },
  {
    title: 'Security labels',
    work: 'policy, labels and consent',
    rows: `
R-186 Labels alone change outcome and handling
R-187 Labels travel with the data
R-188 Unknown labels are closed
R-189 The core labels have effect
R-190 Only standard labels are emitted
R-191 Unlabelled is never unrestricted
R-192 A Bundle carries the high-water mark of what it holds
R-193 A Bundle carries purpose and handling
R-194 No privacy-revealing marks on Bundles
R-195 Requests carry purpose and clearance
R-196 Data carry confidentiality, sensitivity, integrity
R-197 DELAU leaves no copy
R-198 NOREUSE binds
R-199 Test data are told apart
R-200 Purposes must not conflict
R-201 Caveats are assigned where policy demands
R-202 Labels are a set
R-203 Inline labels protect elements
R-204 The highest protection wins
R-205 Labels can say where they come from
R-206 A labelling service
R-207 Only classifiers lower labels`,
  },
  {
    title: 'Narrative and stylesheets',
    work: 'content safety',
    rows: `
R-208 No active content in narratives
R-209 CSS in narratives is checked
R-210 No leak by referrer or external image
R-211 External links are harmless
R-212 API and pages are separated
R-213 External images by policy
R-214 Narratives are well formed
R-215 Stylesheets fetch nothing
R-216 Nothing identifying leaves by external links`,
  },
  {
    title: 'Break-the-glass',
    work: 'audit and break-the-glass',
    rows: `
R-217 Only the privileged, with a warning
R-218 Declaring without privilege is denied and alarmed
R-219 Start and end are audited and told to the offices
R-220 The code BTG is known in every channel
R-221 When and why is established
R-222 How is discoverable
R-223 Scopes, consents and labels still bind
R-224 Every use is audited
R-225 The hint goes only to those who may
R-226 Our own protocol, named as such
R-227 By hl7-b2b
R-228 By the authorization page
R-229 Grant and refusal are logged
R-230 Exactly the elevated rights, short
R-231 By Category header
R-232 The header never elevates by itself
R-233 Category is parsed leniently
R-234 Category is not sent upstream
R-235 One patient, one user, a limited time
R-236 Only treatment
R-237 Seven facts of each use
R-238 Reviewed afterwards`,
  },
  {
    title: 'Time',
    work: 'audit and break-the-glass; operations',
    rows: `
R-239 Clocks are watched
R-240 A wrong clock does no harm
R-241 Instants with zone`,
  },
  {
    title: 'Input validation',
    work: 'content safety',
    rows: `
R-242 Malformed input is 4xx, never 5xx
R-243 Fuzzing and injection corpora run in CI
R-244 No external entities
R-245 Decision and upstream see the same request`,
  },
  {
    title: 'De-identification, policies, reporting',
    work: 'policy; operations',
    rows: `
R-246 De-identification as an obligation
R-247 Methods per element
R-248 Consistent pseudonyms
R-249 Modifier elements are kept
R-250 Results are labelled
R-251 Test data are recognisable
R-252 Capabilities can be switched off by jurisdiction
R-253 A way to report vulnerabilities
R-254 A word on reporting flaws of the specification
R-255 Unusual access shows`,
  },
];
