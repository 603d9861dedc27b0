// Cases of h2spec, which tests RFC 7540, that RFC 9113 has changed: the text of the case and the section that says otherwise.
export const overruled = [];
