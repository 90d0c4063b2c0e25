// Stands in for libtcptop.so.
int shim_answer(void);

int shim_answer(void)
{
	return 42;
}
