"""Words that mean nothing here: those of grammar and of politeness, in all the languages together, folded."""

STOP_WORDS = """
a an and are as at be been being but by for from had has have he her him his i if in into is it its itself just me my
of on or our ours so some such than that the their them then there these they this those to too us was we were what
when where which while who whom whose why will with would you your yours am also any about after again all because
before both did do does doing done during each few further get gets getting got go goes going gone how here hi hello
dear dears good morning afternoon evening day hey team sir madam guys im ive id ill youre thats whats theres its dont
please pls plz kindly thanks thank thx regards best kind cheers ok okay well now still even only more most much many
very really quite rather since until today yesterday tomorrow week weeks month months year years time times hour hours
minute minutes ago can could should may might must shall one two three first second last next other others another
same thing things something anything everything someone anyone everyone nobody know see look looking want wanted need
needs like make made way say says said tell told think try tried trying use using used give let seem seems help give
sorry back yet always le la les l un une des du de d et ou est sont etait etre ete ce cet cette ces c ca cela mon ma
mes m notre nos votre vos son sa ses leur leurs je j tu il elle on nous vous ils elles y en qui que qu quoi dont pour
par avec dans sur sous chez vers entre mais donc or ni car si s t n ne se me te lui au aux a as ai ont avons avez
avait aussi bien tres trop peu encore deja toujours alors puis apres avant depuis pendant quand comme comment pourquoi
tout tous toute toutes meme autre autres bonjour bonsoir salut madame monsieur merci svp sil plait cordialement
aujourd hui hier demain matin soir jour jours semaine mois an ans annee heure heures minutes fait faire fais faut peut
peux pouvez pourriez pouvons voudrais souhaite souhaitons aimerais besoin avoir aurait serait chaque certains quelque
quelques ici ci la-bas voila voici suis sommes etes sera serez vais va o os as um uma uns umas de do da dos das no na
nos nas ao aos pelo pela pelos pelas por para pra pro com em e ou que se mas como quando onde porque pois ja ainda
tambem so muito muita muitos muitas mais menos bem mal este esta estes estas esse essa esses essas isso isto aquele
aquela aquilo ele ela eles elas eu voce voces nos me te lhe lhes meu minha meus minhas seu sua seus suas nosso nossa
nossos nossas ser foi era sao sou somos estar estou esta estao estava ta to tem tenho temos tinha ter ha havia vai vou
vamos fazer faz feito favor gostaria preciso precisamos quero queremos pode podem poderia poderiam obrigado obrigada
ola oi bom boa dia tarde noite hoje ontem amanha agora semana mes ano anos hora horas desde ate entre sobre depois
antes sempre todo toda todos todas outro outra outros outras mesmo mesma algum alguma alguns algumas cada qual quais
quem tudo aqui ai la entao apenas pessoal prezados prezado
re fw fwd aw tr enc ticket tickets chamado chamados problem problems probleme problemes problema problemas issue issues
trouble troubles souci soucis
"""
