#include <stdio.h>
#include "bench/packet_networks.h"
#include "mapping.h"
int main(int c,char**v){ for(int i=1;i<c;i++){ struct err e={0}; struct plain_chip chip; struct network*net=input_of((struct shape){3,{1,4,4}}); uint32_t conv=add_conv(net,"conv",0,2,3,1,1,1),out=add_dense(net,"out",conv,5,1); net->population[out].output=1; network_finish(net,0,&e); struct quantised*q=plain_numbers(net); plain_chip(&chip,4,4,30); chip.file.noc.columns=chip.file.noc.rows=2; chip.file.noc.cores_per_tile=4; struct map_options o={.method=v[i]}; struct mapping*m=mapping_make(net,q,&chip.file,&o,&e); printf("%s: %s\n",v[i],m?"ok":e.text);} }
