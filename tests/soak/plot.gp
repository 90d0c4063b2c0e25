# input: seconds and figures as soak.ts writes them, one title line; output: an SVG.
set terminal svg size 900,700 dynamic background rgb 'white'
set output output
set key outside
set xlabel 'minutes'
set multiplot layout 3,1 title 'tcptop under load'
set ylabel 'MiB'
plot for [i=2:4] input using ($1/60):i with lines title columnheader(i)
set ylabel 'count'
plot for [i=5:6] input using ($1/60):i with lines title columnheader(i)
set ylabel 'flows'
plot for [i=7:8] input using ($1/60):i with lines title columnheader(i)
