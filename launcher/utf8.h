#ifndef TCPTOP_UTF8_H
#define TCPTOP_UTF8_H

// Whether the text is well-formed UTF-8: no stray or missing byte, no overlong form, no surrogate, nothing above U+10FFFF.
int utf8_valid(const char *text);

#endif
