#include "utf8.h"

// The lead bytes, how many bytes follow, and between what the first of these must lie (Unicode, table 3-7).
static const struct {
	unsigned char from, to, following, low, high;
} FORMS[] = {
	{ 0x01, 0x7f, 0, 0x00, 0x00 }, { 0xc2, 0xdf, 1, 0x80, 0xbf }, { 0xe0, 0xe0, 2, 0xa0, 0xbf },
	{ 0xe1, 0xec, 2, 0x80, 0xbf }, { 0xed, 0xed, 2, 0x80, 0x9f }, { 0xee, 0xef, 2, 0x80, 0xbf },
	{ 0xf0, 0xf0, 3, 0x90, 0xbf }, { 0xf1, 0xf3, 3, 0x80, 0xbf }, { 0xf4, 0xf4, 3, 0x80, 0x8f },
};
#define FORM_COUNT (sizeof(FORMS) / sizeof(*FORMS))

// The length of the character at text, or 0.
static int character(const unsigned char *text)
{
	for (unsigned long i = 0; i < FORM_COUNT; i++) {
		if (text[0] < FORMS[i].from || text[0] > FORMS[i].to)
			continue;
		for (int at = 1; at <= FORMS[i].following; at++)
			if (text[at] < (at == 1 ? FORMS[i].low : 0x80) || text[at] > (at == 1 ? FORMS[i].high : 0xbf))
				return 0;
		return FORMS[i].following + 1;
	}
	return 0;
}

int utf8_valid(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	while (*at) {
		int length = character(at);

		if (!length)
			return 0;
		at += length;
	}
	return 1;
}
