"""Turns of phrase by which people hint at something, in the languages of the catalogue, folded."""

from collections.abc import Mapping

NUMBERS = {
    word: number
    for number, words in {
        1: "un une um uma",
        2: "two deux dois duas both",
        3: "three trois tres",
        4: "four quatre quatro",
        5: "five cinq cinco",
        6: "six seis",
        7: "seven sept sete",
        8: "eight huit oito",
        9: "nine neuf nove",
        10: "ten dix dez",
        12: "twelve douze doze",
        15: "fifteen quinze",
        20: "twenty vingt vinte",
        30: "thirty trente trinta",
        40: "forty quarante quarenta",
        50: "fifty cinquante cinquenta",
        100: "hundred cent cem",
    }.items()
    for word in words.split()
}
PEOPLE = (
    r"(?:people|persons|users|colleagues|coworkers|employees|staff|workers|agents|members|of us|clients|customers"
    r"|personnes|utilisateurs|collegues|employes|salaries|postes|agents"
    r"|pessoas|usuarios|colegas|funcionarios|colaboradores|atendentes|maquinas|computadores)"
)
THINGS = (
    r"(?:sites|accounts|domains|shops|mailboxes|tills|comptes|domaines|boutiques|boites|contas|dominios|lojas|caixas)"
)

HINTS: Mapping[str, tuple[str, ...]] = {
    "all": (
        r"(?:(?:no ?body|no one)(?! (?:told|warned|answers|replies|picks|knows|asked|cares|called|wrote|tells|helps))"
        r"|(?:everyone|everybody)(?! else)"
        r"|none of (?:us|our (?:\w+ )?(?:people|users|staff|employees|colleagues|customers|agents))"
        r"|all of us|(?:all|every one of)(?: of)? (?:our|my"
        r"|the) (?:\w+ )?(?:users|employees|staff"
        r"|mailboxes|sites|servers|domains|shops|phones|customers)|every (?:single )?(?:site|server|mailbox|one of)"
        r"|nothing on \w+|everything (?:on [\w-]{1,30} )?(?:is|we|i \w+|stopped)"
        r"|(?:whole|entire) (?:office|company|team|building|business|firm|department|server|network))",
        r"(?:(?:plus )?personne n(?:e|'\w+)(?! (?:nous|m'|me|repond|decroche|sait|prevenu|aide))|tout le monde"
        r"|tous (?:les|nos|mes) (?:\w+ )?(?:utilisateurs|employes|postes|collegues|serveurs|sites|magasins"
        r"|domaines|clients)"
        r"|(?:plus )?aucun des|tout est|toute (?:l'|la |notre )(?:entreprise|societe|equipe|clinique|agence|usine)"
        r"|tout le (?:bureau|service|serveur))",
        r"(?:ninguem(?! (?:avis|atend|respond|aqui|sabe|me|nos|ajud|fal))|todo mundo|nenhum dos (?!meus)"
        r"|tud[oa] (?:fora"
        r"|parad[oa]|que temos)"
        r"|tod[oa]s (?:os|as) (?:nossos |meus )?(?:usuarios|funcionarios|colaboradores|sites|servidores|lojas"
        r"|dominios)"
        r"|toda a (?:empresa|equipe|firma)|(?:empresa|firma|equipe) (?:toda|inteira)"
        r"|(?:escritorio|hospital|predio|servidor) inteiro)",
        r"(?:completely|totally|completement|totalement|completamente|totalmente)"
        r" (?:down|dead|unreachable|offline|muet|mort|injoignable|fora|parado|inacessivel|morto)",
        r"(?:you(?:'re| are) (?:all )?down|data ?cent(?:er|re) (?:problem|outage|failure|fire|issue)|panne generale"
        r"|general outage|major (?:incident|outage)|queda geral|incident majeur|incidente grave)",
    ),
    "many": (
        r"(?:(?:\d{2,4}|hundreds of|dozens of|des centaines de|des dizaines de|centenas de|dezenas de) (?:\w+ ){0,2}"
        rf"{THINGS})",
        r"(?:several (?:people|users|of us|colleagues|customers)|many (?:people|users|of us|customers)|dozens of"
        r"|our (?:customers|visitors|clients|parents) )",
        r"(?:plusieurs (?:personnes|collegues|utilisateurs|clients)|on est plusieurs|(?:nos|mes) clients )",
        r"(?:varias pessoas|varios (?:usuarios|colegas|clientes|funcionarios)|(?:nossos|meus) clientes )",
    ),
    "single": (
        r"(?:only (?:me|my|on my)|just (?:me|my)|one (?:user|colleague|employee|person)|my (?:pc|laptop|mouse"
        r"|mailbox))",
        r"(?:seulement (?:moi|chez moi)|que (?:moi|chez moi)|mon (?:poste|pc|ordinateur|portable))",
        r"(?:so (?:eu|comigo|no meu)|somente eu|apenas eu|meu (?:pc|micro|computador|notebook))",
    ),
    "urgent": (
        r"(?:urgent(?:ly)?|asap|a\.s\.a\.p|immediately|right now|emergency|critical|as soon as (?:you can"
        r"|possible)|desperate)",
        r"(?:urgen(?:t|te|ce)|au plus vite|tout de suite|immediatement|des que possible|d'urgence)",
        r"(?:urgen(?:te|cia)|imediatamente|o quanto antes|agora mesmo|socorro|o mais rapido)",
    ),
    "standstill": (
        r"(?:can(?:not|'t| not) work|stand(?:ing|s)? still|at a standstill|losing (?:money|orders|sales"
        r"|clients|customers)"
        r"|production (?:is )?down"
        r"|business (?:is )?(?:stopped|down)|nothing can be|with nothing to do|lost their|(?:can't"
        r"|cannot) (?:open|do) anything|(?:trucks|lorries|machines|people|staff|workers) (?:\w+ )?(?:are "
        r"|is )?(?:standing|waiting|queueing|idle)"
        r"|writing on paper)",
        r"(?:ne peut plus|ne peuvent plus|ne pouvons plus|a l'arret|production (?:est )?arretee|(?:perd"
        r"|perdons) (?:des|de l')"
        r"|bloquee|ecrivent sur papier)",
        r"(?:ninguem (?:consegue )?trabalha|nao da (?:pra|para) (?:faturar|trabalhar)|producao parada"
        r"|parad[oa]s|pararam"
        r"|perdendo (?:dinheiro|vendas)|no papel|sem prontuario|sem sistema)",
    ),
    "down": (
        r"(?:down|offline|unreachable|not reachable|dead|dark|(?:no|without|not a single|not had a single"
        r"|had a single)(?: incoming)? (?:mail|e-?mail|internet|ping|power)|nothing (?:\w+ ){0,3}(?:works"
        r"|answers|comes|connects)|cut off|(?:is|are) off(?=[ ,.:;!]|$)|(?:not|n't) (?:been )?able to (?:send"
        r"|work|receive|connect|log)|(?:don't|not|none) (?:\w+ )?connect"
        r"|does(?:n't| not) (?:answer|respond|come)|been off|unavailable|power failure|ransom|bitcoin|\.locked)",
        r"(?:en panne|hors (?:ligne|service)|injoignable|muets?|mort|eteint|plus (?:rien|d'internet|aucun"
        r"|de caisse)|coupes?"
        r"|ne (?:repond|demarre|fonctionne)|ni ping|rancon|bitcoins?|\.locked|panne generale)",
        r"(?:fora do ar|fora|inacessive(?:l|is)|caiu|cairam|mort[oa]|desligado|nada (?:responde|entra|abre"
        r"|funciona)|parad[oa]s?"
        r"|nao (?:responde|abre|sobe)|sem (?:internet|ping|sistema)|queda geral|bitcoin|\.locked|resgate)",
    ),
    "by_provider": (
        r"(?:your (?:server|side|end|update|maintenance|fault|mistake|upgrade|system)|on your (?:side|end)"
        r"|you (?:changed|broke|removed|deleted))",
        r"(?:de votre (?:cote|faute)|votre (?:serveur|maintenance|mise a jour|erreur)|vous avez (?:change|casse"
        r"|supprime|coupe))",
        r"(?:do (?:seu )?lado de voces|(?:servidor|culpa|manutencao|erro) de voces|voces (?:mudaram|quebraram"
        r"|apagaram|tiraram))",
    ),
    "by_customer": (
        r"(?:by mistake|accident(?:al)?ly|my (?:own )?(?:fault|mistake)|since i (?:changed|edited|installed"
        r"|updated|moved|deleted)"
        r"|after i (?:changed|edited|installed|updated|moved|deleted|clicked)|i (?:deleted|overwrote|pasted))",
        r"(?:par (?:erreur|megarde)|ma faute|depuis que j'ai|j'ai (?:efface|supprime|clique|modifie|colle))",
        r"(?:sem querer|por engano|culpa minha|depois que (?:eu )?\w+ei|eu (?:apaguei|mudei|cliquei)|apaguei|editei)",
    ),
    "angry": (
        r"(?:unacceptable|ridiculous|disgrace(?:ful)?|fed up|joke|useless|worst|terrible|furious|scandal|shame"
        r"|idiots?|lawyer)",
        r"(?:inadmissible|inacceptable|honteux|scandale(?:ux)?|ras le bol|marre|nul|incompetents?|avocat)",
        r"(?:absurdo|inaceitavel|vergonha|descaso|pessimo|palhacada|incompetentes?|procon|advogado)",
    ),
    "abusive": (
        r"(?:fuck\w*|shit\w*|bastards?|assholes?|morons?|crap)",
        r"(?:merde|connards?|encules?|salauds?|putain)",
        r"(?:porra|caralho|merda|filhos? da puta|otarios?)",
    ),
}
