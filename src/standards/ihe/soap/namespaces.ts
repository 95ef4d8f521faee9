/** https://www.w3.org/TR/soap12-part1/ and https://www.w3.org/TR/ws-addr-core/ */
export const soap12 = 'http://www.w3.org/2003/05/soap-envelope'
export const addressing = 'http://www.w3.org/2005/08/addressing'
export const anonymous = 'http://www.w3.org/2005/08/addressing/anonymous'
/** https://docs.oasis-open.org/wss/v1.1/wss-v1.1-spec-os-SOAPMessageSecurity.pdf */
export const wsse = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'
export const saml2 = 'urn:oasis:names:tc:SAML:2.0:assertion'
