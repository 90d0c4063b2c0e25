# input: seconds and figures as soak.ts writes them, one title line; output: an SVG.
set terminal svg size 900,800 dynamic background rgb 'white'
set output output
set key outside
set xlabel 'minutes'
set multiplot layout 3,1 title 'tcptop under load'
set ylabel 'MiB'
plot for [i in '2 3 4 7 8 9'] input using ($1/60):(column(int(i))) with lines title columnheader(int(i))
set ylabel 'count'
plot for [i in '5 6 10 11'] input using ($1/60):(column(int(i))) with lines title columnheader(int(i))
set ylabel 'flows'
plot for [i=12:13] input using ($1/60):i with lines title columnheader(i)
