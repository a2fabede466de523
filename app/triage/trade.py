"""Words of the trade that mean the same, across languages."""

# A meaning, and after the colon the ways to say it, without accents; a way may be several words.
MEANINGS = """
mail: mail, mails, email, emails, e-mail, e-mails, emial, eamil, courriel, courriels, mel, correio, correio eletronico
mailbox: mailbox, mailboxes, mail box, inbox, email account, mail account, email address, mail address, boite mail,
  boite aux lettres, boite e-mail, boite email, adresse mail, adresse email, adresse e-mail, compte mail, compte
  email, compte e-mail, messagerie, caixa postal, caixa de entrada, caixa de correio, caixa de e-mail, caixa de email,
  conta de email, conta de e-mail, contas de email, contas de e-mail, endereco de email
mailprogram: outlook, thunderbird, apple mail, mail program, mail client, email client, mail app, email app, windows
  mail, eudora, entourage, logiciel de messagerie, client de messagerie, client mail, appli mail, application mail,
  programa de email, programa de e-mail, cliente de email, aplicativo de email, aplicativo de e-mail, leitor de email
webmail: webmail, roundcube, squirrelmail, horde, rainloop, owa, webmails
spam: spam, junk, junk mail, spams, indesirable, indesirables, pourriel, lixo eletronico, lixeira de spam, spamming
blacklist: blacklist, blacklisted, black list, blocklist, blocklisted, spamhaus, rbl, dnsbl, liste noire, blacklistee,
  blackliste, lista negra, listas negras, barracuda, spamcop, delist
bounce: bounce, bounced, bounces, bouncing, undeliverable, undelivered, returned mail, mailer-daemon, mailer daemon,
  ndr, delivery status notification, delivery failed, delivery failure, non remis, non distribue, echec de remise,
  retour a l'expediteur, revient, devolvido, devolvida, devolve, voltou, volta, voltando, nao entregue, mensagem de
  retorno
rejected: rejected, reject, rejects, rejecting, refused, refuses, refuse, refuser, refusee, rejete, rejetee, rejetes,
  rejette, rejeitado, rejeitada, rejeita, recusado, recusada, recusa, denied
forward: forward, forwarding, forwarder, forwarders, redirect mail, forwarded, transfert de mail, redirection de mail,
  redirection mail, transferer les mails, faire suivre, encaminhamento, encaminhar, encaminhados, redirecionar e-mail,
  redirecionamento de email
autoreply: autoresponder, autoresponders, auto reply, autoreply, auto-reply, out of office, vacation message, vacation
  reply, automatic reply, repondeur, reponse automatique, message d'absence, resposta automatica, auto resposta,
  autoresposta, mensagem de ferias
mailinglist: mailing list, mailinglist, mailman, liste de diffusion, lista de discussao, lista de e-mails, lista de
  email, newsletter list, distribution list
alias: alias, aliases, catch-all, catch all, catchall, fourre-tout, apelido, pega-tudo
send: send, sending, sent, sends, outgoing, outbound, envoi, envoie, envoyer, envoye, envoyes, sortant, sortants,
  enviar, envio, envia, enviado, enviados, enviando, saida
receive: receive, receiving, received, receives, incoming, inbound, arrive, arrives, arriving, arrived, come in,
  coming in, recois, recoit, recoivent, recu, recus, recevoir, reception, entrant, entrants, arriver, arrivent,
  receber, recebo, recebe, recebemos, recebendo, recebido, recebidos, recebimento, chega, chegam, chegar, chegando,
  chegou, chegaram, entrada
smtp: smtp, smtps
website: website, websites, site, sites, web site, webiste, homepage, home page, web page, webpage, website's, site
  web, sites web, page d'accueil, page web, site internet, pagina inicial, pagina web, webspace, sitio, web-site
shop: shop, webshop, web shop, online shop, store, online store, e-shop, ecommerce, e-commerce, boutique, boutique en
  ligne, loja, loja virtual, lojinha, shopping cart, panier, carrinho, checkout
down: down, offline, off line, unreachable, not reachable, inaccessible, can't be reached, cannot be reached, not
  responding, doesn't respond, no response, does not respond, not answering, dead, took too long to respond,
  err_connection_timed_out, unavailable, hors ligne, hors service, en panne, panne, injoignable, ne repond pas, ne
  repond plus, ne repondent plus, tombe, muet, indisponible, fora do ar, off, caiu, cai, caindo, caido, inacessivel,
  inacessiveis, nao responde, nao respondem, indisponivel, parado, parou, derrubado, fora, not loading, won't load,
  doesn't load, does not load, ne charge pas, ne charge plus, ne s'affiche plus, nao carrega, nao abre, nao abrem, went
  down, goes down, going down, cannot reach, can't reach, can't get to, not accessible, unaccessible, nonfunctional,
  not available, not coming up, won't come up, plus accessible, n'est plus accessible, n'est pas accessible, plus en
  ligne, ne s'ouvre plus, saiu do ar, sair do ar, sai do ar, saem do ar, nao esta no ar, fora de servico
outage: outage, outages, incident, disruption, data centre, data center, datacenter, datacentre, downtime,
  interruption, coupure, interrupcao, queda, quedas, incidente, everything is down, tout est en panne, tudo fora
timeout: timeout, timed out, time out, times out, timing out, timeouts, delai depasse, delai d'attente, delai expire,
  tempo esgotado, tempo limite, tempo excedido, timed_out, expire au bout, tempo de espera, request timed out,
  etimedout, delai d'attente depasse
slow: slow, slowly, slower, sluggish, crawling, crawl, crawls, laggy, lag, lagging, takes ages, takes forever, takes
  minutes, ttfb, lent, lente, lents, lentes, lenteur, lenteurs, ralenti, rame, rament, ramer, lento, lenta, lentos,
  lentidao, devagar, demora, demorando, demorado, travando, snail
error: error, errors, err, errror, erreur, erreurs, erro, erros, failure, failing, exception, echec, echoue, echouent,
  falha, falhas, falhou, falhando
internalerror: 500, internal server error, http 500, error 500, erreur 500, erro 500, erreur interne, erro interno
forbidden: 403, forbidden, acces interdit, interdit, acesso proibido
notfound: 404, not found, page not found, introuvable, pagina nao encontrada, nao encontrado, nao encontrada, page
  introuvable
gateway: 502, 503, 504, bad gateway, gateway timeout, service unavailable
blank: blank, white page, white screen, blank page, blank screen, empty page, page blanche, ecran blanc, page vide,
  tela branca, pagina branca, pagina em branco, em branco, white screen of death, wsod
notwork: not working, doesn't work, doesnt work, does not work, dont work, don't work, won't work, stopped working,
  isn't working, no longer works, not work, broken, ne marche pas, ne marche plus, ne fonctionne pas, ne fonctionne
  plus, ne fonctionnent plus, marche pas, marche plus, fonctionne pas, fonctionne plus, nao funciona, nao funcionam,
  nao esta funcionando, parou de funcionar, deixou de funcionar, nao ta funcionando, quebrado, quebrou, bricked
cannot: cannot, can't, cant, can not, could not, couldn't, unable, impossible, not able, isn't able, not possible,
  fails to, refuses to, won't let me, won't, impossible de, n'arrive pas, n'arrive plus, n'arrivons plus, n'arrivons
  pas, je ne peux pas, je ne peux plus, ne parviens pas, pas moyen, ne peut pas, ne peut plus, ne peuvent plus, nao
  consigo, nao consegue, nao conseguem, nao conseguimos, nao posso, nao da para, nao deixa, nao e possivel,
  impossivel, sem conseguir, not allowed
not: not, isn't, isnt, doesn't, doesnt, don't, dont, didn't, didnt, wasn't, hasn't, haven't, aren't, never, nothing,
  pas, plus, rien, jamais, aucun, aucune, nao, nunca, nada, nenhum, nenhuma, sem, without, sans, no longer
login: login, log in, logging in, log on, logon, logged in, sign in, sign-in, signing in, signin, logins, connexion,
  se connecter, me connecter, connecter, connecte, identification, m'identifier, authentification, authentication,
  entrar, acessar, acesso, logar, autenticacao, auth, authenticate, get in, get into, entrer, loga, faco login, fazer
  login, me loguer
password: password, passwords, passwort, pasword, passwrod, passwd, pwd, pw, passcode, mot de passe, mots de passe,
  mdp, senha, senhas, mot de pass, credentials, credential, identifiants, credenciais, login details, access details,
  acces cpanel, codes d'acces, dados de acesso
username: username, user name, usernames, nom d'utilisateur, identifiant, nome de usuario, usuario e senha
reset: reset, resetting, reinitialiser, reinitialisation, reinitialise, redefinir, redefinicao, resetar, resetem,
  trocar a senha, mudar a senha, forgot, forgotten, oublie, oubliee, esqueci, perdi a senha, perdu le mot de passe,
  lost the password, recover, recuperar a senha
twofactor: 2fa, mfa, two factor, two-factor, two-step, authenticator, otp, second factor, double authentification,
  deux facteurs, dois fatores, duas etapas, verification code, code de verification, codigo de verificacao, google
  authenticator
locked: locked, locked out, lock out, lockout, blocked, block, blocking, blocks, verrouille, verrouillee, bloque,
  bloquee, bloquer, blocage, bloqueado, bloqueada, bloquear, bloqueio, bloqueou, travado, travada, banned, ban, banni,
  banido
clientarea: client area, customer area, customer portal, client portal, my account, customer account, client account,
  account page, dashboard, members area, user area, espace client, compte client, espace abonne, area do cliente,
  central do cliente, portal do cliente, painel do cliente, conta de cliente, area de cliente, billing portal, portail
  client, manager, control centre
panel: control panel, panel, cpanel, plesk, directadmin, whm, ispconfig, hosting panel, cp, panneau, panneau de
  controle, panneau de configuration, panneau d'administration, painel, painel de controle, painel de hospedagem,
  helm, hsphere, webmin, vesta, virtualmin, hpanel, isp manager
license: license, licence, licenses, licences, licensed, license key, cle de licence, licenca, licencas, chave de
  licenca, lizenz
domain: domain, domains, domain name, domain names, domaine, domaines, nom de domaine, noms de domaine, ndd, dominio,
  dominios
registrar: registrar, registrars, registry, registre, bureau d'enregistrement, registro.br, registro br, whois, icann,
  afnic, cira, nominet, verisign, registrador, auda, eurid, registrant, titulaire, titular do dominio
register: register, registered, registering, registration, enregistrer, enregistrement, enregistre, registrar um
  dominio, registrar dominio, registro de dominio, registrado, registrei, acheter un domaine, comprar dominio, comprar
  um dominio, domain order, depot de domaine
renew: renew, renewal, renewed, renewing, renews, renewals, renouveler, renouvellement, renouvele, renouvelle,
  renovar, renovacao, renovado, renovei, renove, renouveller, autorenew
expire: expire, expired, expires, expiry, expiration, expiring, expirer, expirera, expirou, expirado, expirada,
  vencido, vencida, venceu, vencimento, vence, vencer, lapsed, lapse, expiree, echeance, redemption, pendingdelete,
  pending delete, pending deletion, clienthold, client hold, serverhold, ran out, runs out
transfer: transfer, transfers, transferring, transferred, transfert, transferer, transferencia, transferir,
  transferido, epp, epp code, auth code, authcode, authinfo, auth-code, authorization code, authorisation code, code
  d'autorisation, code auth, codigo de autorizacao, codigo de transferencia, transfer lock, code de transfert
nameserver: nameserver, nameservers, name server, name servers, ns1, ns2, ns, serveur de noms, serveurs de noms,
  serveur dns, serveurs dns, servidor de nomes, servidores de nome, servidores dns, glue, glue record, dns servers
dns: dns, zone, zones, dns zone, zone dns, zona, zona dns, propagation, propagacao, zone file, resolve, resolves,
  resolving, resolution, nxdomain, dnssec, servfail, editor de zona
dnsrecord: record, records, dns record, dns records, a record, mx record, txt record, cname, cnames, mx, txt, aaaa,
  srv, ptr, rdns, reverse dns, a-record, enregistrement dns, enregistrements dns, enregistrement a, enregistrement mx,
  enregistrement txt, champ mx, champs mx, champ a, champ txt, registro mx, registro a, registro txt, registros,
  registro dns, registros dns, entrada dns, entrada txt, apontamento, apontar, apontando, aponta, pointer le domaine,
  ttl, reverso
spf: spf, dkim, dmarc, dkims
ssl: ssl, https, tls, certificate, certificates, certificat, certificats, certificado, certificados, cert, certs,
  padlock, cadenas, cadeado, let's encrypt, lets encrypt, letsencrypt, csr, not secure, non securise, nao seguro,
  wildcard certificate, autossl, acme, not private, net::err_cert, sectigo, comodo, digicert, rapidssl, thawte,
  geotrust
autossl: let's encrypt, lets encrypt, letsencrypt, autossl, auto ssl, acme, zerossl
backup: backup, backups, back up, back-up, back ups, backed up, snapshot, snapshots, sauvegarde, sauvegardes,
  sauvegarder, copie de secours, copie de sauvegarde, copia de seguranca, copias de seguranca, backup completo,
  jetbackup, backuped
restore: restore, restored, restoring, restoration, recover files, recover my, bring back, put back, get back my
  files, roll back, rollback, undelete, restaurer, restauration, restaure, recuperer, recuperation, remettre,
  restaurar, restauracao, restaurem, restaurado, recuperar, recuperacao, voltar o backup
deleted: deleted, delete, deleting, erased, wiped, removed by mistake, overwritten, overwrote, lost files, supprime,
  supprimee, supprimes, supprimer, efface, effacee, effaces, ecrase, apagou, apaguei, apagado, apagados, apagada,
  excluido, excluiu, excluimos, deletei, deletou, sobrescrito, sumiu, sumiram, disparu, disparus, disappeared,
  vanished, accidentally, par erreur, sem querer, por engano
hacked: hacked, hack, hacker, hackers, compromised, defaced, infected, malware, virus, trojan, phishing, backdoor,
  breach, breached, intruder, exploit, injected, malicious, pirate, piratee, pirates, piratage, pirater, infecte,
  infectee, infection, hameconnage, malveillant, compromis, compromise, invadido, invadida, invasao, invadiram,
  hackeado, hackeada, hackearam, infectado, infectada, malicioso, virus no site, ransomware, ransom, webshell, shell
  script, deface, defacement, cryptominer, miner, adware, tampered, adulterado, adulterados, gambling, casino, cassino,
  aposta, apostas, paris en ligne, .locked, bitcoin, bitcoins, rancon, resgate, pharmacy, viagra, wordfence
clean: clean, clean up, cleanup, cleaning, disinfect, nettoyer, nettoyage, limpar, limpeza, remove malware, remove the
  malware, nettoie
suspended: suspended, suspend, suspension, suspending, deactivated, disabled by you, taken down, took down, terminated
  for, unsuspend, unsuspended, reactivate, suspendu, suspendue, suspendre, desactive, desactivee, reactiver, suspenso,
  suspensa, suspenderam, suspensao, suspendeu, desativado, desativada, desativaram, reativar, reativem, abuse, abus,
  abuso, terms of service, tos violation
scan: scan, scans, scanner, scanned, antivirus, anti-virus, imunify, clamav, virus scan, scanne, varredura,
  verificacao de virus
vulnerability: vulnerability, vulnerable, vulnerabilities, cve, patched, faille, failles, vulnerabilite,
  vulnerabilidade, falha de seguranca, zero day, zero-day, openssl, log4j, heartbleed, security patch, correctif de
  securite, correcao de seguranca, pci, pci compliance
database: database, databases, db, mysql, mariadb, postgres, postgresql, phpmyadmin, mysqli, base de donnees, bases de
  donnees, bdd, banco de dados, banco, bancos de dados, base de dados, sql, innodb, table, tables, tabela, tabelas,
  phpmyadmin, mysqld, myisam
mssql: mssql, ms sql, sql server, sqlserver, microsoft sql
dbconnect: error establishing a database connection, database connection error, erreur de connexion a la base, erro ao
  conectar no banco, erro ao estabelecer conexao com o banco, could not connect to database, cannot connect to
  database, access denied for user, max_user_connections, too many connections, mysql server has gone away, can't
  connect to mysql, can't connect to local mysql, lost connection to mysql
query: query, queries, requete sql, requetes, consulta, consultas, select, join, stored procedure, slow query,
  requete, procedure
dump: dump, sql dump, import, export, importing, exporting, importer, exporter, importar, exportar, importacao,
  exportacao, mysqldump
ftp: ftp, ftps, sftp, filezilla, winscp, cyberduck, ftp client, file transfer
ssh: ssh, shell, putty, publickey, shell access, ssh access, ssh key, cle ssh, chave ssh
upload: upload, uploads, uploading, uploaded, televerser, mettre en ligne, envoyer des fichiers, envoi de fichiers,
  subir, subir arquivos, enviar arquivos, subo, fazer upload
file: file, files, folder, folders, directory, fichier, fichiers, dossier, dossiers, repertoire, arquivo, arquivos,
  pasta, pastas, diretorio, diretorios, public_html, httpdocs, wwwroot, htdocs
permission: permission, permissions, chmod, access denied, permission denied, chown, owner of the files, droits,
  permissao, permissoes, acces refuse, acesso negado, read-only
php: php, php version, php7, php8, phpinfo, version de php, version php, versao do php, versao php, php.ini, php-fpm
wordpress: wordpress, wp, wordpres, word press, wp-admin, wp-content, wp-login, elementor, woocommerce, wp-config,
  wpforms, gutenberg, wordpess
cms: cms, joomla, drupal, typo3, magento, prestashop, opencart, moodle, phpbb, mediawiki, mambo, concrete5, ghost,
  oscommerce, zencart, shopware, nextcloud, owncloud, modx
plugin: plugin, plugins, plug-in, plug-ins, extension, extensions, module, modules, add-on, addon, addons, add-ons,
  widget, slider, extensao, extensoes, modulo, modulos, greffon
theme: theme, themes, template, templates, tema, temas, modele, child theme, theme enfant, divi, footer.php, style.css
installer: softaculous, fantastico, installatron, one-click, one click, 1-click, auto installer, auto-installer,
  autoinstaller, app installer, installer, installateur, en un clic, 1 clic, instalador, um clique, quick install,
  one-click installer
script: script, scripts, application, applications, app, my code, program, programme, aplicacao, aplicativo, sistema,
  codigo, code, formulaire, form, formulario, contact form, forum, gallery, galerie, galeria
debug: debug, debugging, find the bug, look at the code, fix my code, what is wrong with my code, deboguer, depurer,
  depurar, debugar, fatal error, syntax error, parse error, undefined, stack trace, traceback, exception, warning,
  notice, uncaught, segfault, deprecated
develop: develop, developer, development, write a script, build me, program for me, creer un site, creation de site,
  developper, developpeur, desenvolver, desenvolvimento, criar um site, criacao de site, webmaster, programador,
  programar, designer
install: install, installed, installing, installation, setup of, installer, installe, instalar, instalacao, instalei,
  instalem, instalado, instale
update: update, updates, updated, updating, mise a jour, mises a jour, mettre a jour, maj, atualizar, atualizacao,
  atualizacoes, atualizado, atualizei, atualizou, patch, patches
upgrade: upgrade, upgrading, upgraded, bigger plan, larger plan, downgrade, change plan, change my plan, switch plan,
  smaller plan, next plan, changer d'offre, changement d'offre, offre superieure, passer a l'offre, mudar de plano,
  mudanca de plano, trocar de plano, plano maior, plano superior, plano menor, aumentar o plano, formule, migrar de
  plano, plano, plan, offre
version: version, versions, versao, versoes, newer, newest, latest
config: configuration, configure, configured, config, settings, setting, configurer, parametre, parametres, reglage,
  reglages, configurar, configuracao, configuracoes, ajuste, ajustes, configurado, setup, set up, parametrage
htaccess: htaccess, mod_rewrite, rewrite, rewriterule, document root, docroot, url rewriting, reecriture, redirect,
  redirection, redirecionamento, redirects, php.ini, memory_limit, upload_max_filesize, max_execution_time,
  post_max_size, open_basedir, subdomain, subdomains, sous-domaine, sous-domaines, subdominio, subdominios, user.ini,
  allow_url_fopen
module: apache module, php extension, ioncube, imagick, imagemagick, extension php, extensao php, curl, gd library,
  intl, mbstring, zend, memcached, redis, opcache, mod_, suhosin, soap, ffmpeg
cron: cron, crons, crontab, cronjob, cron job, cron jobs, scheduled task, scheduled tasks, scheduled job, tache
  planifiee, taches planifiees, tache cron, tarefa agendada, tarefas agendadas, agendamento, cronjobs, tarefa cron
server: server, servers, serveur, serveurs, servidor, servidores, machine, host, maquina, hosts, box
vps: vps, virtual server, virtual machine, vm, kvm, dedicated, dedicated server, root server, serveur dedie, serveur
  virtuel, servidor dedicado, servidor virtual, dedicado, openvz, node, hypervisor, cloud server, instance, instancia,
  droplet, root access, root, kernel, vnc, kvm console, noyau
boot: boot, boots, booting, reboot, rebooted, rebooting, restart, restarted, restarting, redemarrer, redemarrage,
  redemarre, reiniciar, reiniciou, reinicio, reboot it, reiniciem, hangs, frozen, freezes, crashed, crash, crashes,
  crashing, plante, planter, travou, trava, kernel panic, fige
os: operating system, linux, ubuntu, debian, centos, almalinux, rocky, windows server, systeme d'exploitation, sistema
  operacional, distro, distribution, yum, apt, apt-get, dnf, lts, distribuicao, redhat, fedora
load: load average, high load, cpu, load, charge, carga, memory, ram, memoire, memoria, oom, out of memory, swap, i/o,
  iowait, processeur, processador, processes, inodes, inode, entry processes, nproc
limit: limit, limits, limited, exceeded, exceeds, exceeding, resource limit, resource limits, 508, limite, limites,
  depasse, depassement, excedido, excedeu, excede, ultrapassou, throttled, resource usage, resources, ressources,
  recursos, consumption, quota, quotas, cota, full, plein, pleine, sature, cheio, cheia, lotado, lotada, exhausted
disk: disk, disc, disk space, storage, gb, space, espace, espace disque, stockage, disque, espaco, espaco em disco,
  disco, armazenamento, ssd, mb, harddisk, hard disk, gigabytes
bandwidth: bandwidth, traffic, bande passante, trafic, trafego, banda, data transfer, largura de banda
hardware: raid, hard drive, failing disk, smart error, bad sectors, power supply, psu, memory module, fan, disque dur,
  barrette, hd, fonte, nvme, disk failure, bad blocks, dimm, motherboard
network: network, reseau, rede, lan, ethernet, switch, router, routeur, roteador, cabling, cable, cables, uplink,
  modem
packetloss: packet loss, packets, latency, ping times, traceroute, mtr, high ping, perte de paquets, pertes de
  paquets, latence, perda de pacotes, latencia, tracert, jitter, peering, routing, transit, route, rota, hops
firewall: firewall, pare-feu, parefeu, port, ports, iptables, csf, whitelist, white list, unblock my ip, porta,
  portas, liberar ip, desbloquear ip, debloquer ip, ip blocked, fail2ban, mod_security, modsecurity, waf, unblock,
  debloquer, desbloquear, ip banned
wifi: wifi, wi-fi, wireless, access point, sem fio, sans fil, hotspot
vpn: vpn, tunnel, tunel, remote access, forticlient, anyconnect, openvpn, acces distant, acesso remoto, ipsec,
  wireguard
internet: internet, broadband, adsl, fibre, fiber, fibra, internet connection, connexion internet, conexao com a
  internet, isp, provedor, fournisseur d'acces, fai, line, ligne, linha, link de internet, box internet, 4g
office: office, bureau, bureaux, escritorio, staff members, employees, colleagues, colleague, collegue, collegues,
  colega, colegas, employe, employes, employee, salarie, salaries, funcionario, funcionarios, funcionaria,
  funcionarias, coworker, co-worker
pc: pc, pcs, laptop, laptops, computer, computers, desktop, workstation, notebook, ordinateur, ordinateurs, poste,
  portable, poste de travail, computador, computadores, micro, macbook, imac, windows 10, windows 11, blue screen,
  ecran bleu, tela azul, keyboard, mouse, monitor, clavier, souris, ecran, teclado, note
printer: printer, printers, print, printing, prints, scanner, toner, imprimante, imprimantes, imprimer, impression,
  impressora, impressoras, imprimir, imprime, spooler, cartridge, copier, copieur, plotter, print queue
phone: phone, iphone, android, smartphone, mobile, tablet, ipad, telephone, tablette, celular, telefone, cell phone,
  handset, galaxy, cell, cellphone, cell phones, mifi, mi-fi, work cell, deskphone, desk phone, voicemail, extension
  number
sync: sync, synchronise, synchronize, syncing, synced, synchronisation, synchroniser, synchronise plus, sincroniza,
  sincronizar, sincronizacao, sincronizando, calendar, calendrier, calendario, agenda, contacts on phone, activesync
sharedrive: shared drive, share drive, shared folder, shared folders, network drive, mapped drive, file server, file
  share, s drive, lecteur reseau, dossier partage, dossiers partages, partage reseau, pasta compartilhada, pasta da
  rede, unidade de rede, pastas compartilhadas, fileserver, p drive, lecteur partage, servidor de arquivos
officesuite: office 365, microsoft 365, o365, m365, google workspace, g suite, gsuite, google apps, teams, sharepoint,
  onedrive, gmail business, exchange online, google drive, office365, hosted exchange, gapps, google admin, admin
  console, console d'administration, console de administracao, exchange
excel: excel, pivot table, pivot tables, macro, macros, tableau croise, tabela dinamica, formulas, formules,
  spreadsheet, planilha, power bi, tableur, powerpoint, mail merge, publipostage, vlookup, procv
crm: crm, erp, accounting program, accounting software, sage, pastel, sap, logiciel de comptabilite, logiciel
  comptable, programa de contabilidade, quickbooks, salesforce, logiciel de gestion, sistema de gestao, business
  application, accounting system, payroll
invoice: invoice, invoices, invoiced, bill, bills, billed, billing, facture, factures, facturation, facture proforma,
  fatura, faturas, boleto, boletos, nota fiscal, notas fiscais, nf, receipt, cobranca, faturamento, facturee, recibo,
  statement, nfe
charge: charged, charges, overcharged, charged twice, double charge, debited, debite, preleve, prelevee, prelevement,
  prelevements, cobrado, cobrada, cobraram, cobrando, debitado, debito, cobrou, debit order, double charged, took
  money, billed twice, billed again, charged again, two bills, duplicate billing, duplicate billings, hit twice,
  facture deux fois, cobrado de novo, cobrado duas vezes, duas cobrancas
refund: refund, refunded, refunds, money back, rembourser, remboursement, remboursez, rembourse, reembolso,
  reembolsar, estorno, estornar, estornem, devolucao do dinheiro, credit note, avoir, chargeback, dinheiro de volta
payment: payment, pay, paid, paying, payments, paypal, credit card, card, visa, mastercard, direct debit, bank
  transfer, wire transfer, stripe, paiement, payer, paye, payee, paiements, carte bancaire, carte de credit, carte,
  virement, sepa, regler, reglement, pagamento, pagar, paguei, pago, pagamentos, cartao, cartao de credito, pix,
  transferencia bancaria, pague, eft, rib, mandat, pagou, debito automatico
tax: vat, tax, taxes, gst, tva, numero de tva, imposto, cnpj, cpf, tax number, vat number, siret, inscricao, taxe
cancel: cancel, cancelled, cancellation, canceling, cancelling, terminate my, close my account, end my contract, don't
  renew, do not renew, stop the renewal, resilier, resiliation, annuler, annulation, resilie, ne pas renouveler,
  cloturer, cancelar, cancelamento, cancelem, encerrar, encerramento, cancelado, cancelei, nao renovar, fermer mon
  compte, discontinue
price: price, prices, pricing, cost, costs, how much, tarif, tarifs, prix, combien, combien coute, cout, preco,
  precos, quanto custa, quanto fica, valor, valores, quanto sai, rates
quote: quote, quotes, quotation, estimate, proposal, devis, orcamento, orcamentos, proposta, proposition commerciale,
  cotacao, proforma, offer in writing, chiffrer
sales: do you offer, do you sell, do you have, before i buy, before buying, before ordering, interested in, sales,
  thinking of buying, proposez-vous, avant d'acheter, avant de commander, voces oferecem, voces tem, voces vendem,
  antes de contratar, antes de comprar, contratar, commander, souscrire, new customer, nouveau client, prospective,
  considering, vendas, comercial, sign up
migrate: migrate, migration, migrating, moving from, move my site, move my website, move from, moving my, migrer,
  demenager, transferer mon site, migrar, migracao, mudar de hospedagem, trazer meu site, mudanca de servidor, other
  host, another host, old host, previous host, former host, current host, old provider, ancien hebergeur, autre
  hebergeur, outro provedor, outra hospedagem, antigo provedor, antiga hospedagem, bring over, other provider,
  godaddy, ovh, bluehost, hostgator, locaweb, siteground, hostinger, ionos
complaint: complaint, complain, complaining, unacceptable, disappointed, disgusted, disgraceful, supervisor, terrible
  service, worst, fed up, appalling, escalate this, speak to a manager, management, plainte, reclamation,
  inadmissible, inacceptable, mecontent, deplorable, scandaleux, responsable, reclamacao, reclamar, absurdo, descaso,
  inaceitavel, gerente, decepcionado, insatisfeito, procon, pessimo, pior, rude, shameful, ridiculous, joke, useless,
  honteux, nobody answers, no reply, unprofessional, ignored
seo: seo, google ranking, search engine, search engines, sitemap, sitemaps, meta tags, indexed, indexing, search
  console, google search, referencement, moteur de recherche, moteurs de recherche, indexation, indexe, buscador,
  indexado, indexar, busca do google, robots.txt, ranking, positionnement, crawler, googlebot
ads: ads, adwords, google ads, advertising, campaign, voucher, campagne, publicite, anuncio, anuncios, campanha,
  cupom, coupon, publicidade, facebook ads, marketing, bon d'achat
image: image, images, picture, pictures, photo, photos, imagem, imagens, foto, fotos, jpegs
optimise: optimise, optimize, compress, resize, compresser, optimiser, reduire, comprimir, otimizar, reduzir, minify,
  minifier, minificar, lighter, alleger, shrink, redimensionar, lazy load
logo: logo, logos, banner, bannière, graphic design, graphiste, banniere, design grafico, business card, cartao de
  visita, charte graphique, flyer, artwork, logotipo, logomarca
browser: browser, browsers, chrome, firefox, safari, internet explorer, edge, opera, navigateur, navigateurs,
  navegador, navegadores, ie11, brave
layout: layout, displayed, displays, looks different, mise en page, affichage, menu, overlap, css, formatting, fonts,
  polices, aparencia, layout quebrado, responsive, header, footer, font, desformatado, disforme, stylesheet
howto: how do i, how can i, how to, where do i, where can i, how does one, comment faire, comment puis-je, comment, ou
  puis-je, ou se trouve, como faco, como fazer, como posso, onde fica, onde encontro, como, where is, guide me, steps,
  explain, pas a pas, passo a passo, tutorial, tuto
learn: learn, teach, training, course, lesson, tutorial, apprendre, formation, cours, aprender, ensinar, treinamento,
  curso, aula, beginner, debutant, iniciante, teach me, what is, qu'est-ce que, o que e, classes
newuser: new employee, new starter, new colleague, new user, joins us, starts on monday, starts monday, nouvel employe,
  nouveau salarie, nouvelle collegue, arrive lundi, novo funcionario, nova funcionaria, novo colaborador, left the
  company, has left, leaver, quitte la societe, quitte l'entreprise, saiu da empresa, desligado, disable the account, a
  quitte, foi demitido, onboarding, new hire, nova colega, intern, stagiaire, estagiario, joining, new staff, new staff
  member, new team member, new hires, onboard, onboarded, new employees, starts next week, starting next week, first
  day, transferred employee, prend ses fonctions, arrivant, comeca segunda, quem comeca
contactdata: contact details, contact person, address change, change of address, owner's email, change my email,
  account holder, authorised contact, contact e-mail, coordonnees, personne de contact, changement d'adresse,
  titulaire du compte, dados cadastrais, dados de contato, titularidade, titular da conta, cadastro, e-mail
  cadastrado, new address, phone number, contact list, account owner, ownership, raison sociale, razao social,
  telephone number
bank: bank, internet banking, online banking, banque, banque en ligne, banco online, internet banking, beneficiary,
  payee, beneficiaire, beneficiario, net banking
monitoring: monitoring, monitor my, alert me, uptime, surveillance, surveiller, alertes, monitoramento, monitorar,
  alertas, nagios, status page, server status, page d'etat, pagina de status, graphs, graphiques, graficos, zabbix,
  uptimerobot, alert, notify me
localhost: localhost, wamp, xampp, mamp, lamp, locally, local machine, local server, local dev, local version, on my
  own machine, my own server, en local, localement, minha maquina, maquina local, em local, rodando local, servidor
  local
grant: give access, grant access, needs access, need access, get access, gain access, have access, access to the,
  access for, add me to, added to, site owners, site owner, enhanced access, same rights, same access, my permissions,
  donner acces, donner un acces, avoir acces, besoin d'acces, memes droits, dar acesso, liberar acesso, liberem acesso,
  ter acesso, precisa de acesso, mesmos direitos, mesmo acesso
deskgear: docking station, docking stations, docking, dock, docks, monitors, headset, headphones, webcam, charger,
  power cord, power adapter, second screen, second monitor, monitor arm, cubicle, cube, station d'accueil, ecrans,
  chargeur, casque, second ecran, carregador, fone, segundo monitor, monitores, baia
deskapp: acrobat, adobe, adobe acrobat, acrobat pro, acrobat reader, bluebeam, autocad, arcgis, sketchup, photoshop,
  visio, creative cloud, ms project, zoom, pdf editor, onenote, access database
urgent: urgent, urgently, asap, emergency, immediately, right now, critical, urgence, urgente, urgencia, d'urgence, au
  plus vite, imediatamente, o quanto antes, help, socorro, desperate, tout de suite, sos, priority, prioritaire,
  prioridade
create: create, creating, creer, creation, criar, criacao, crie, criem, make a new, add a, add an, new, nouveau,
  nouvelle, novo, nova, novos, novas, ajouter, adicionar, cadastrar, add, adding, creez, additional
change: change, changing, changed, modify, changer, modifier, modification, modifie, alterar, alteracao, mudar,
  mudanca, trocar, alterado, alterem, edit, editing, editar, switch, remplacer, replace, substituir, mudei, troca
account: account, accounts, compte, comptes, conta, contas
hosting: hosting, web hosting, hosting plan, shared hosting, hosting package, hebergement, hebergement mutualise,
  mutualise, hospedagem, hospedagem compartilhada, hebergeur, reseller, revendeur, revendedor, revenda
address: ip address, static ip, dedicated ip, adresse ip, ip dedie, ip dediee, endereco ip, ip dedicado, ip, ips, ipv6
"""
